/** `ambit audit keygen`: the keys that a log of receipts needs. */
import { generateKeys } from '../../../io/receipts/generate-keys.ts'
import { EXIT, type ExitCode, type Io } from '../io.ts'
import { showProblems } from '../problems.ts'
import { printable } from '../terminal.ts'

export const auditKeygenCommand = async (folder: string, io: Io): Promise<ExitCode> => {
  const keys = await generateKeys(folder)
  if (!keys.ok) {
    showProblems(io, keys.problems)
    return EXIT.usage
  }
  const { signingKey, publicKey, digestKey, keyid } = keys.value
  io.stdout.write(
    [
      `${printable(signingKey)}  signs; for the enforcement point alone`,
      `${printable(publicKey)}  verifies; ${keyid}`,
      `${printable(digestKey)}  digests what records do not hold; for the enforcement point, and for who recomputes decisions`,
    ]
      .map(line => `${line}\n`)
      .join(''),
  )
  return EXIT.done
}
