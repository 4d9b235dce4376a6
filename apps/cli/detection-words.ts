/** Words after `ambit alerts`, `propose` and `accept` → the command that they name, with checked options. */
import { type Command, InvalidArgumentError, Option } from 'commander'
import { CONTEXT_SCOPES, type ContextScope } from '../../core/model/judgement.ts'
import type { AcceptOptions } from './accept.ts'
import type { AlertsOptions } from './alerts.ts'
import { sourceOption } from './evidence-words.ts'
import type { ExitCode, Io } from './io.ts'

interface AlertsWords {
  readonly source?: string
  readonly context: ContextScope
  readonly format: AlertsOptions['format']
}

interface ProposeWords {
  readonly policy: string
  readonly evidence?: readonly string[]
  readonly judgements?: string
  readonly marks?: string
  readonly out?: string
  readonly apply: boolean
  readonly format: 'text' | 'json'
}

export const addDetectionCommands = (program: Command, io: Io, end: (code: ExitCode) => void): void => {
  program
    .command('alerts')
    .description('what detection makes of evidence: what recurs, what began, what a text named')
    .argument('<policy>', 'a policy.yaml, or a folder with one for each workload')
    .argument('<evidence...>', 'files, folders or `-` for standard input')
    .addOption(sourceOption())
    .addOption(
      new Option('--context <scope>', 'what of a session the decision may see').choices(CONTEXT_SCOPES).default('all'),
    )
    .addOption(
      new Option('--format <format>', 'text: each alert as it stands; the others: a stream of alerts and their updates')
        .choices(['text', 'jsonl', 'ocsf', 'otel'])
        .default('text'),
    )
    .addHelpText(
      'after',
      '\nExamples:\n  $ ambit alerts policies today.jsonl\n  $ ambit alerts policies today.jsonl --format ocsf > findings.jsonl\n  $ ambit alerts policy.yaml - --format otel < today.jsonl\n',
    )
    .action(async (policy: string, evidence: readonly string[], words: AlertsWords) => {
      const { alertsCommand } = await import('./alerts.ts')
      const { source = null, context, format } = words
      end(await alertsCommand({ policy, evidence, source, context, format, version: program.version() ?? '' }, io))
    })

  program
    .command('propose')
    .description('what deriving again with new evidence would change, and why; exit code 1 where it allows more')
    .requiredOption('--policy <file>', 'the policy.yaml in force')
    .option('--evidence <path...>', 'what the policy rests on and what came since: files, folders or `-`')
    .option('--judgements <file>', 'what `ambit evaluate --format jsonl` wrote: shows what recurs, proposes no policy')
    .option(
      '--marks <file>',
      'sessions and observations that a reviewer marked malicious: they are no evidence of need',
    )
    .option('--out <dir>', 'where to write the proposed policy and the proposal')
    .option('--apply', 'put it in place where it allows nothing more', false)
    .addOption(new Option('--format <format>', 'what to print').choices(['text', 'json']).default('text'))
    .addHelpText(
      'after',
      '\nExamples:\n  $ ambit propose --policy approved/policy.yaml --evidence window/ today.jsonl --out proposals\n  $ ambit propose --policy approved/policy.yaml --judgements judged.jsonl\n',
    )
    .action(async (words: ProposeWords) => {
      const { policy, evidence = [], judgements = null, marks = null, out = null, apply, format } = words
      if ((judgements !== null) === evidence.length > 0)
        throw new InvalidArgumentError('either `--evidence` or `--judgements` is needed')
      const { proposeCommand } = await import('./propose.ts')
      end(await proposeCommand({ policy, evidence, judgements, marks, out, apply, format }, io))
    })

  program
    .command('accept')
    .description('put a proposed policy in place, as the person who answers for it')
    .argument('<proposed>', 'the proposed policy.yaml, or the folder with it')
    .requiredOption('--policy <file>', 'the policy.yaml in force, which is replaced')
    .requiredOption('--difference <digest>', 'the difference that you have read, as `ambit propose` shows it')
    .requiredOption('--by <name>', 'who accepts it')
    .requiredOption('--reason <text>', 'why')
    .addHelpText(
      'after',
      "\nExamples:\n  $ ambit accept proposals/bank/assistant --policy approved/policy.yaml --difference sha256:… --by ada --reason 'new supplier'\n",
    )
    .action(async (proposed: string, words: Omit<AcceptOptions, 'proposed'>) => {
      const { acceptCommand } = await import('./accept.ts')
      end(await acceptCommand({ ...words, proposed }, io))
    })
}
