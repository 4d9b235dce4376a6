/** `ambit diff`: two policies → every difference, and whether any of them widens: those wait for a person. */
import { comparePolicies } from '../../core/policy/compare.ts'
import { jsonText } from '../../io/json-text.ts'
import { loadPolicy } from '../../io/policy-file/load-policies.ts'
import { EXIT, type ExitCode, type Io } from './io.ts'
import { paletteFor } from './palette.ts'
import { showProblems } from './problems.ts'
import { renderDiff } from './render/diff.ts'

export interface DiffOptions {
  readonly before: string
  readonly after: string
  readonly format: 'text' | 'json'
}

export const diffCommand = async (options: DiffOptions, io: Io): Promise<ExitCode> => {
  const [before, after] = await Promise.all([loadPolicy(options.before), loadPolicy(options.after)])
  if (!before.ok || !after.ok) {
    for (const outcome of [before, after]) if (!outcome.ok) showProblems(io, outcome.problems)
    return EXIT.usage
  }
  const differences = comparePolicies(before.value, after.value)
  const isWider = differences.some(({ widens }) => widens)
  io.stdout.write(
    options.format === 'json'
      ? `${jsonText({ widens: isWider, differences }, 2)}\n`
      : renderDiff(differences, paletteFor(io.color)),
  )
  return isWider ? EXIT.no : EXIT.done
}
