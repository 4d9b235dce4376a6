/** What a configuration says of receipts → where decisions are written down, and what of a call is. */
import { receiptOf } from '../../core/decide/receipt.ts'
import { done, type Outcome } from '../problem.ts'
import { readDigestKey, readSigningKey } from '../receipts/keys.ts'
import { openReceiptLog } from '../receipts/receipt-log.ts'
import type { ReceiptLog } from '../receipts/receipt-sink.ts'
import { startSealing } from '../receipts/start-sealing.ts'
import type { Recording } from './recording.ts'
import type { ReceiptsText } from './settings.ts'

export interface OpenedReceipts {
  readonly recording: Recording
  readonly log: ReceiptLog
}

/** Errors: those of the keys and of the log. */
export const openReceipts = async (config: ReceiptsText, now: () => number): Promise<Outcome<OpenedReceipts>> => {
  const signingKey = await readSigningKey(config.signingKey)
  if (!signingKey.ok) return signingKey
  const digestKey = await readDigestKey(config.digestKey)
  if (!digestKey.ok) return digestKey
  const opened = await openReceiptLog({
    folder: config.folder,
    signingKey: signingKey.value,
    digestKey: digestKey.value,
    now,
    startThread: startSealing,
  })
  if (!opened.ok) return opened
  const log = opened.value
  const redaction = { digest: log.digest, keep: new Set(config.keep), hide: new Set(config.hide) }
  const recording: Recording = {
    sink: log,
    describe: (request, decision, context, policy) => receiptOf(request, decision, context, policy, redaction),
    allows: config.allows,
  }
  return done({ recording, log })
}
