/** `ambit audit head`: the end of a log, to be kept where its writer cannot reach it. */
import { jsonText } from '../../../io/json-text.ts'
import { fingerprint } from '../../../io/receipts/dsse.ts'
import { readPublicKey } from '../../../io/receipts/keys.ts'
import { verifyLog } from '../../../io/receipts/verify-log.ts'
import { EXIT, type ExitCode, type Io } from '../io.ts'
import { showProblems } from '../problems.ts'
import { unreadableLog } from './unreadable-log.ts'

export const auditHeadCommand = async (folder: string, place: string, io: Io): Promise<ExitCode> => {
  const key = await readPublicKey(place)
  if (!key.ok) {
    showProblems(io, key.problems)
    return EXIT.usage
  }
  const keys = new Map([[fingerprint(key.value), key.value]])
  try {
    const { head, findings } = await verifyLog({ folder, keys, head: null, onRecord: () => undefined })
    if (findings.length > 0) {
      const what = `the log does not hold: ${[...new Set(findings.map(({ code }) => code))].join(', ')}`
      showProblems(io, [{ code: 'receipts-broken', what, where: folder, help: 'see `ambit audit verify`' }])
      return EXIT.no
    }
    if (head === null) return EXIT.nothing
    io.stdout.write(`${jsonText(head)}\n`)
    return EXIT.done
  } catch (error) {
    showProblems(io, [unreadableLog(folder, error)])
    return EXIT.usage
  }
}
