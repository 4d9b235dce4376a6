/**
 * A process that appends receipts as fast as they become durable, until it is killed. Says on standard output what was durable
 * (`ok N`), what was refused (`no N CODE`) and, when a wave is through, `wave`; a line on standard input asks for another wave.
 */
import { createPrivateKey, createSecretKey } from 'node:crypto'
import { readFileSync, writeSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { openReceiptLog } from '../../io/receipts/receipt-log.ts'
import { ReceiptRefused } from '../../io/receipts/receipt-sink.ts'

const [folder = '', keyFile = '', waveText = '0'] = process.argv.slice(2)
const wave = Number(waveText)

const opened = await openReceiptLog({
  folder,
  signingKey: createPrivateKey(readFileSync(keyFile)),
  digestKey: createSecretKey(Buffer.alloc(32, 7)),
  now: Date.now,
  limits: { batch: wave === 0 ? 1_024 : 64 },
})
if (!opened.ok) {
  writeSync(1, `${JSON.stringify(opened.problems)}\n`)
  process.exit(1)
}
const log = opened.value

let count = 0
const append = async (): Promise<void> => {
  const index = count++
  try {
    await log.append({
      workload: 'a/b',
      session: String(index),
      identity: { subject: null, client: null },
      policy: null,
      evidence: [],
      event: {
        kind: 'alert',
        alert: `${process.pid}-${index}`,
        detail: 'x'.repeat(index % (wave === 0 ? 9_000 : 1_500)),
      },
    })
    writeSync(1, `ok ${process.pid}-${index}\n`)
  } catch (error) {
    writeSync(1, `no ${process.pid}-${index} ${error instanceof ReceiptRefused ? error.problem.code : 'bug'}\n`)
  }
}

if (wave === 0) {
  for (;;) await Promise.all(Array.from({ length: 1 + (count % 397) }, append))
}
await Promise.all(Array.from({ length: wave }, append))
writeSync(1, 'wave\n')
for await (const _ of createInterface({ input: process.stdin })) {
  await Promise.all(Array.from({ length: wave }, append))
  writeSync(1, 'wave\n')
}
await log.close()
