/**
 * A process that appends receipts as fast as they become durable, until it is killed. Says on standard output what was durable
 * (`ok N`), what was refused (`no N CODE`) and, when a wave is through, `wave`; a line on standard input asks for another wave.
 * With the last word `thread`, large batches are sealed in one.
 */
import { createPrivateKey, createSecretKey } from 'node:crypto'
import { readFileSync, writeSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { openReceiptLog } from '../../io/receipts/receipt-log.ts'
import { ReceiptRefused } from '../../io/receipts/receipt-sink.ts'
import { startSealing } from '../../io/receipts/start-sealing.ts'

const [folder = '', keyFile = '', waveText = '0', sealing = 'here'] = process.argv.slice(2)
const wave = Number(waveText)

const opened = await openReceiptLog({
  folder,
  signingKey: createPrivateKey(readFileSync(keyFile)),
  digestKey: createSecretKey(Buffer.alloc(32, 7)),
  now: Date.now,
  limits: { batch: wave === 0 ? 1_024 : 64 },
  ...(sealing === 'thread' ? { startThread: startSealing } : {}),
})
if (!opened.ok) {
  writeSync(1, `${JSON.stringify(opened.problems)}\n`)
  process.exit(1)
}
const log = opened.value

/** A pipe that is full takes more once the reader is there again. */
const say = (line: string): void => {
  for (;;) {
    try {
      writeSync(1, line)
      return
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EAGAIN')) throw error
    }
  }
}

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
    say(`ok ${process.pid}-${index}\n`)
  } catch (error) {
    say(`no ${process.pid}-${index} ${error instanceof ReceiptRefused ? error.problem.code : 'bug'}\n`)
  }
}

if (wave === 0) {
  // More than one batch in a turn where a thread seals, so that several are on their way at any time.
  const most = sealing === 'thread' ? 4_001 : 397
  for (;;) await Promise.all(Array.from({ length: 1 + (count % most) }, append))
}
await Promise.all(Array.from({ length: wave }, append))
say('wave\n')
for await (const _ of createInterface({ input: process.stdin })) {
  await Promise.all(Array.from({ length: wave }, append))
  say('wave\n')
}
await log.close()
