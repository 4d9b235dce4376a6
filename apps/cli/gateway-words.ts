/** The words of `ambit gateway` and `ambit approvals`. */
import { type Command, Option } from 'commander'
import { MODES } from '../../core/model/enforcement.ts'
import type { Io } from './io.ts'

interface GatewayWords {
  readonly config?: string
  readonly policy?: string
  readonly workload?: string
  readonly mode: string
  readonly admin?: string
  readonly elicit: boolean
  readonly request?: string
}
interface ApprovalsWords {
  readonly at: string
  readonly reason?: string
  readonly format?: 'text' | 'json'
}

const examples = (...lines: readonly string[]): string => `\nExamples:\n${lines.map(line => `  $ ${line}\n`).join('')}`

const addApprovals = (program: Command, io: Io, end: (code: number) => void): void => {
  const approvals = program
    .command('approvals')
    .description('the calls that a gateway or decision API holds for a person, and your answer')
    .addHelpText(
      'after',
      examples(
        'ambit approvals list --at /run/ambit/gateway.sock',
        'ambit approvals approve 7f3c… --at /run/ambit/gateway.sock --reason "checked with Ada"',
        'AMBIT_TOKEN=… ambit approvals refuse 7f3c… --at https://gateway.example:7412',
      ),
    )
  const at = (): Option =>
    new Option(
      '--at <socket|url>',
      'the admin socket of a gateway, or its admin URL (then AMBIT_TOKEN holds your token)',
    ).makeOptionMandatory()
  approvals
    .command('list')
    .description('what is held now, oldest first')
    .addOption(at())
    .addOption(new Option('--format <format>', 'what to print').choices(['text', 'json']).default('text'))
    .action(async ({ at: place, format = 'text' }: ApprovalsWords) => {
      const { listApprovals } = await import('./approvals.ts')
      end(await listApprovals({ at: place, reason: null, format }, io))
    })
  for (const [word, answer, description] of [
    ['approve', 'approved', 'let it run, and the same value again in its session'],
    ['refuse', 'refused', 'refuse it'],
  ] as const) {
    approvals
      .command(word)
      .description(description)
      .argument('<call>', 'its id, as `list` shows it')
      .addOption(at())
      .option('--reason <text>', 'why: it is written down, and a refused agent reads it')
      .action(async (call: string, { at: place, reason = undefined }: ApprovalsWords) => {
        const { answerApproval } = await import('./approvals.ts')
        end(await answerApproval(call, answer, { at: place, reason: reason ?? null, format: 'text' }, io))
      })
  }
}

export const addGatewayCommands = (program: Command, io: Io, end: (code: number) => void): void => {
  program
    .command('gateway')
    .description('stand before MCP servers and let through what the policy allows')
    .option('--config <file>', 'a gateway.yaml; see `ambit schema gateway`')
    .option(
      '--policy <path>',
      'without a file: a policy.yaml, or a folder with some, for one server over standard streams',
    )
    .option('--workload <namespace/name>', 'whose calls these are; else the policy’s own')
    .addOption(new Option('--mode <mode>', 'what a verdict does').choices(MODES).default('enforce'))
    .option('--admin <socket>', 'where `ambit approvals` finds the calls that are held')
    .option('--elicit', 'let the person behind the client answer for held calls', false)
    .option('--request <text>', 'what the user asked for, as whoever starts the gateway asserts it')
    .argument('[command...]', 'the server’s command, after `--`')
    .addHelpText(
      'after',
      examples(
        'ambit gateway --config gateway.yaml',
        'ambit gateway --policy policies/agents/research/policy.yaml -- npx server-filesystem papers',
        'ambit gateway --policy policies --workload agents/research --mode alert-only -- my-server',
      ),
    )
    .action(async (command: readonly string[], words: GatewayWords) => {
      const { gatewayCommand } = await import('./gateway.ts')
      const { config = null, policy = null, workload = null, admin = null, request = null, mode, elicit } = words
      end(await gatewayCommand({ config, policy, workload, admin, request, mode, elicit, command }, io))
    })
  addApprovals(program, io, end)
}
