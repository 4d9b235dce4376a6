/** Words after `ambit derive` → the command, with checked options. */
import { type Command, InvalidArgumentError, Option } from 'commander'
import { EVIDENCE_TEXT, sourceOption } from './evidence-words.ts'
import type { ExitCode, Io } from './io.ts'

interface DeriveWords {
  readonly evidence?: readonly string[]
  readonly store?: string
  readonly decisions?: string
  readonly workload?: string
  readonly source?: string
  readonly marks?: string
  readonly out: string
  readonly whatIf: boolean
  readonly format: 'text' | 'json'
  readonly anew: boolean
  readonly threads?: number
}

const threadsOf = (text: string): number => {
  const threads = Number(text)
  if (!/^\d{1,3}$/.test(text) || threads < 1) throw new InvalidArgumentError('Write a number from 1 on.')
  return threads
}

export const addDeriveCommand = (program: Command, io: Io, end: (code: ExitCode) => void): void => {
  program
    .command('derive')
    .description('derive a policy for each workload from evidence, with a review report and artifacts')
    .option('--evidence <path...>', EVIDENCE_TEXT)
    .option('--store <name>', 'derive from what a store holds: a folder, or `clickhouse://host:8123/database`')
    .option('--decisions <file>', 'the four decisions (ambit.yaml); what is not written is defaulted, and said so')
    .option('--workload <namespace/name>', 'only this workload')
    .addOption(sourceOption())
    .option(
      '--marks <file>',
      'sessions and observations that a reviewer marked malicious: they are no evidence of need',
    )
    .requiredOption('--out <dir>', 'where to write <namespace>/<workload>/')
    .option(
      '--what-if',
      'also show what other decisions would cost and grant: a table, and a picture in the review',
      false,
    )
    .option('--anew', 'with a store: derive also what did not change since it was last derived into the folder', false)
    .addOption(
      new Option(
        '--threads <n>',
        'threads that derive from a store; without it as many as there are processors, once it takes seconds',
      ).argParser(threadsOf),
    )
    .addOption(new Option('--format <format>', 'what to print').choices(['text', 'json']).default('text'))
    .addHelpText(
      'after',
      [
        '\nExamples:',
        '  $ ambit derive --evidence traces.jsonl.gz --out policies',
        '  $ ambit derive --evidence traces/ cloudtrail.json --decisions ambit.yaml --out policies --format json',
        '  $ ambit derive --evidence traces.jsonl.gz --decisions ambit.yaml --out policies --what-if',
        '  $ ambit derive --store evidence.store --out policies',
        '  $ kubectl logs collector | ambit derive --evidence - --workload agents/researcher --out policies',
        '',
      ].join('\n'),
    )
    .action(async (options: DeriveWords) => {
      const { decisions = null, workload = null, source = null, marks = null, store = null, evidence = [] } = options
      const { threads = null } = options
      if ((store === null) === (evidence.length === 0)) {
        throw new InvalidArgumentError('derive from `--evidence` or from `--store`: one of them, and not both')
      }
      if (store !== null && source !== null) {
        throw new InvalidArgumentError('`--source` is for `--evidence`: a store is read as it was filled')
      }
      const { deriveCommand } = await import('./derive.ts')
      end(await deriveCommand({ ...options, decisions, workload, source, marks, store, evidence, threads }, io))
    })
}
