/** `ambit audit show`: records as JSON lines, filtered. It shows what stands there; `verify` says whether it was written so. */
import type { Receipt, ReceiptEvent } from '../../../core/model/receipt.ts'
import type { Verdict } from '../../../core/model/verdict.ts'
import { jsonText } from '../../../io/json-text.ts'
import { readReceipts } from '../../../io/receipts/read-receipts.ts'
import { EXIT, type ExitCode, type Io } from '../io.ts'
import { showProblems, showWarnings } from '../problems.ts'
import { many } from '../render/numbers.ts'
import { unreadableLog } from './unreadable-log.ts'

export interface AuditShowOptions {
  readonly folder: string
  readonly session: string | null
  readonly workload: string | null
  readonly verdict: Verdict | null
  readonly kind: ReceiptEvent['kind'] | null
}

const passes = ({ session, workload, verdict, kind }: AuditShowOptions, receipt: Receipt): boolean =>
  (session === null || receipt.session === session) &&
  (workload === null || receipt.workload === workload) &&
  (kind === null || receipt.event.kind === kind) &&
  (verdict === null || (receipt.event.kind === 'decision' && receipt.event.decision.verdict === verdict))

export const auditShowCommand = async (options: AuditShowOptions, io: Io): Promise<ExitCode> => {
  let [unread, read] = [0, 0]
  let example = options.folder
  const skip = (where: string): void => {
    if (unread++ === 0) example = where
  }
  try {
    for await (const receipt of readReceipts(options.folder, skip)) {
      read++
      if (passes(options, receipt)) io.stdout.write(`${jsonText(receipt)}\n`)
    }
  } catch (error) {
    showProblems(io, [unreadableLog(options.folder, error)])
    return EXIT.usage
  }
  if (unread > 0) {
    const what = `${many(unread, 'line')} could not be read`
    showWarnings(io, [{ code: 'receipts-broken', what, where: example, help: 'see `ambit audit verify`' }])
  }
  return read === 0 ? EXIT.nothing : EXIT.done
}
