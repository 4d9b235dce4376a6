/** `ambit token`: a new bearer token, once, and the entry that the tokens file keeps of it: a digest and scopes. */
import { jsonText } from '../../io/json-text.ts'
import type { Problem } from '../../io/problem.ts'
import { newToken } from '../../io/tokens/new-token.ts'
import { tokensSchema } from '../../io/tokens/token-schema.ts'
import { checkYaml } from '../../io/yaml/check-yaml.ts'
import { EXIT, type ExitCode, type Io } from './io.ts'
import { showProblems } from './problems.ts'

export interface TokenOptions {
  readonly subject: string
  readonly workload: string | null
  readonly decide: readonly string[]
  readonly assertContext: readonly string[]
  readonly record: readonly string[]
  readonly approve: readonly string[]
  readonly admin: boolean
}

export const tokenCommand = async ({ workload, ...options }: TokenOptions, io: Io): Promise<ExitCode> => {
  const { token, sha256 } = newToken()
  const { subject, admin, decide, assertContext, record, approve } = options
  const scopes = Object.entries({ decide, assertContext, record, approve }).filter(
    ([, workloads]) => workloads.length > 0,
  )
  const entry = {
    subject,
    sha256,
    ...(workload === null ? {} : { workload }),
    ...Object.fromEntries(scopes),
    ...(admin ? { admin } : {}),
  }
  const place = (): string => 'the command line'
  const checked = checkYaml({ data: { tokens: [entry] }, at: place, atKey: place }, tokensSchema)
  const useless: Problem = {
    code: 'usage',
    what: 'a token that may do nothing',
    where: null,
    help: 'give it `--decide`, `--assert-context`, `--record`, `--approve` or `--admin`',
  }
  const problems = !checked.ok ? checked.problems : scopes.length === 0 && !admin ? [useless] : []
  if (problems.length > 0) {
    showProblems(io, problems)
    return EXIT.usage
  }
  const lines = Object.entries(entry).map(([key, value]) => `    ${key}: ${jsonText(value)}`)
  io.stdout.write(
    `# for the caller, shown once; nothing keeps it\n${token}\n\n# for the tokens file\ntokens:\n  - ${lines.join('\n').trimStart()}\n`,
  )
  return EXIT.done
}
