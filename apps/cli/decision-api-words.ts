/** The words of `ambit decision-api` and `ambit token`. */
import { type Command, Option } from 'commander'
import { MODES } from '../../core/model/enforcement.ts'
import type { Io } from './io.ts'

interface DecisionApiWords {
  readonly config?: string
  readonly policy?: string
  readonly tokens?: string
  readonly port?: string
  readonly mode: string
}
interface TokenWords {
  readonly workload?: string
  readonly decide?: readonly string[]
  readonly assertContext?: readonly string[]
  readonly record?: readonly string[]
  readonly approve?: readonly string[]
  readonly admin: boolean
}

const examples = (...lines: readonly string[]): string => `\nExamples:\n${lines.map(line => `  $ ${line}\n`).join('')}`

export const addDecisionApiCommands = (program: Command, io: Io, end: (code: number) => void): void => {
  program
    .command('decision-api')
    .description('answer any gateway’s questions over HTTP: OpenID AuthZEN Authorization API 1.0')
    .option('--config <file>', 'a decision-api.yaml; see `ambit schema decision-api`')
    .option('--policy <path>', 'without a file: a policy.yaml, or a folder with one for each workload')
    .option('--tokens <file>', 'without a file: who may ask; see `ambit schema tokens` and `ambit token`')
    .option('--port <port>', 'without a file: where to listen on this machine (7411)')
    .addOption(new Option('--mode <mode>', 'without a file: what a verdict does').choices(MODES).default('enforce'))
    .addHelpText(
      'after',
      examples(
        'ambit decision-api --policy policies --tokens tokens.yaml',
        'ambit decision-api --config decision-api.yaml',
        'kill -HUP $PID   # reads policies and exceptions again',
      ),
    )
    .action(async (words: DecisionApiWords) => {
      const { decisionApiCommand } = await import('./decision-api.ts')
      const { config = null, policy = null, tokens = null, port = null, mode } = words
      end(await decisionApiCommand({ config, policy, tokens, port, mode }, io))
    })

  program
    .command('token')
    .description('make a bearer token, and the entry that the tokens file keeps of it')
    .argument('<subject>', 'who it is for, as receipts name it')
    .option('--decide <workload...>', 'may ask about these: `namespace/name`, `namespace/*` or `*`')
    .option('--workload <namespace/name>', 'whatever it asks about is this one’s')
    .option('--assert-context <workload...>', 'may say what the user asked and what tools answered')
    .option('--record <workload...>', 'may write evidence of these')
    .option('--approve <workload...>', 'may answer held calls')
    .option('--admin', 'may have the policies read again, and read what evidence there is', false)
    .addHelpText(
      'after',
      examples(
        'ambit token mail-gateway --decide bank/assistant',
        'ambit token collector --record "bank/*" --assert-context "bank/*"',
        'ambit token platform --decide "bank/*" --assert-context "bank/*"',
      ),
    )
    .action(async (subject: string, words: TokenWords) => {
      const { tokenCommand } = await import('./token.ts')
      const { workload = null, decide = [], assertContext = [], record = [], approve = [], admin } = words
      end(await tokenCommand({ subject, workload, decide, assertContext, record, approve, admin }, io))
    })
}
