/** Words after `ambit alerts` → the command that they name, with checked options. */
import { type Command, Option } from 'commander'
import { CONTEXT_SCOPES, type ContextScope } from '../../core/model/judgement.ts'
import type { AlertsOptions } from './alerts.ts'
import type { ExitCode, Io } from './io.ts'

interface AlertsWords {
  readonly source?: string
  readonly context: ContextScope
  readonly format: AlertsOptions['format']
}

export const addDetectionCommands = (program: Command, io: Io, end: (code: ExitCode) => void): void => {
  program
    .command('alerts')
    .description('what detection makes of evidence: what recurs, what began, what a text named')
    .argument('<policy>', 'a policy.yaml, or a folder with one for each workload')
    .argument('<evidence...>', 'files, folders or `-` for standard input')
    .option('--source <id>', 'read every record as this source’s, instead of recognizing each')
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
}
