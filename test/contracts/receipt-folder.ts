/** What the tests of receipts share: keys, bodies of every kind, and logs in folders of their own. */
import { createSecretKey, generateKeyPairSync } from 'node:crypto'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ReceiptBody, ReceiptEvent } from '../../core/model/receipt.ts'
import { openReceiptLog, type ReceiptLogOptions } from '../../io/receipts/receipt-log.ts'
import type { ReceiptLog } from '../../io/receipts/receipt-sink.ts'

export const KEYS = generateKeyPairSync('ed25519')
export const OTHER_KEYS = generateKeyPairSync('ed25519')
export const DIGEST_KEY = createSecretKey(Buffer.alloc(32, 7))

export const newLogFolder = (): string => join(mkdtempSync(join(tmpdir(), 'ambit-receipts-')), 'log')

/** A clock that advances by a millisecond whenever it is read. */
export const ticking = (start = Date.UTC(2026, 1, 1)): (() => number) => {
  let at = start
  return () => at++
}

export const openLog = async (folder: string, options: Partial<ReceiptLogOptions> = {}): Promise<ReceiptLog> => {
  const opened = await openReceiptLog({
    folder,
    signingKey: KEYS.privateKey,
    digestKey: DIGEST_KEY,
    now: ticking(),
    ...options,
  })
  if (!opened.ok) throw new Error(JSON.stringify(opened.problems))
  return opened.value
}

export const bodyWith = (event: ReceiptEvent): ReceiptBody => ({
  workload: 'bank/assistant',
  session: 'session-1',
  identity: { subject: 'stdio', client: 'test 1.0' },
  policy: `sha256:${'a'.repeat(64)}`,
  evidence: ['tool/send_money'],
  event,
})

export const decisionBody = (index: number): ReceiptBody =>
  bodyWith({
    kind: 'decision',
    request: {
      substrate: 'tool',
      action: 'send_money',
      visibility: 'seen',
      values: [
        {
          dimension: 'tool.args.recipient',
          digest: `hmac-sha256:${String(index).padStart(64, '0')}`,
          answers: { request: true, field: false, unprompted: null },
        },
        {
          dimension: 'tool.args.amount',
          digest: `hmac-sha256:${'b'.repeat(64)}`,
          value: index,
          answers: { request: false, field: false, unprompted: true },
        },
      ],
      measures: [{ name: 'calls', value: 3 }],
    },
    decision: {
      verdict: 'review',
      code: 'value-outside',
      permission: 'tool/send_money',
      deviations: [
        { dimension: 'tool.args.recipient', code: 'value-outside', observed: 'hmac-sha256:0', allowed: 'exactly "x"' },
      ],
    },
    mode: 'enforce',
    effect: 'hold',
    because: 'verdict',
    exception: null,
    call: `call-${index}`,
  })
