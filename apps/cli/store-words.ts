/** Words after `ambit ingest` and `ambit store` → the command that they name, with checked options. */
import { type Command, InvalidArgumentError, Option } from 'commander'
import { sourceOption } from './evidence-words.ts'
import type { ExitCode, Io } from './io.ts'

interface IngestWords {
  readonly evidence: readonly string[]
  readonly store: string
  readonly decisions?: string
  readonly source?: string
  readonly follow: boolean
  readonly format: 'text' | 'json'
}

const STORE_TEXT = 'a folder for the embedded engine, or `clickhouse://user:password@host:8123/database`'

const daysOf = (text: string): number => {
  const days = /^(\d{1,4})d$/.exec(text)?.[1]
  if (days === undefined || Number(days) < 1) throw new InvalidArgumentError('Write days, e.g. `30d`.')
  return Number(days)
}

const formatOption = (): Option =>
  new Option('--format <format>', 'what to print').choices(['text', 'json']).default('text')

export const addStoreCommands = (program: Command, io: Io, end: (code: ExitCode) => void): void => {
  program
    .command('ingest')
    .description('put evidence into a store, where `derive --store` finds it; what comes again counts once')
    .requiredOption('--evidence <path...>', 'files, folders or `-` for standard input')
    .requiredOption('--store <name>', STORE_TEXT)
    .option('--decisions <file>', 'the four decisions (ambit.yaml): the identities in it name workloads')
    .addOption(sourceOption())
    .option('--follow', 'go on with what is written to the files, rotated or not, until SIGINT or SIGTERM', false)
    .addOption(formatOption())
    .addHelpText(
      'after',
      [
        '\nExamples:',
        '  $ ambit ingest --evidence traces.jsonl.gz --store evidence.store',
        '  $ ambit ingest --follow --evidence /var/log/tetragon/tetragon.log --store evidence.store',
        '  $ kubectl logs collector | ambit ingest --evidence - --store clickhouse://ambit@clickhouse:8123/ambit',
        '  $ ambit ingest --evidence traces/ --store "clickhouse://ch-0:8123,ch-1:8123/ambit?cluster=agents"',
        '',
      ].join('\n'),
    )
    .action(async (words: IngestWords) => {
      const { ingestCommand } = await import('./ingest.ts')
      const { decisions = null, source = null } = words
      end(await ingestCommand({ ...words, decisions, source }, io))
    })

  const store = program.command('store').description('what a store of evidence holds, and for how long')
  store
    .command('show')
    .description('the workloads in a store: what was seen of each, by how many, when; and the ledger')
    .argument('<name>', STORE_TEXT)
    .addOption(formatOption())
    .action(async (name: string, { format }: { readonly format: 'text' | 'json' }) => {
      const { showStore } = await import('./store.ts')
      end(await showStore({ store: name, format }, io))
    })
  store
    .command('prune')
    .description('let go of what was received longer ago than this, by whole days')
    .argument('<name>', STORE_TEXT)
    .requiredOption('--keep <days>', 'how long evidence is kept, counted from when it was received', daysOf)
    .addHelpText('after', '\nExamples:\n  $ ambit store prune evidence.store --keep 30d\n')
    .action(async (name: string, { keep }: { readonly keep: number }) => {
      const { pruneStore } = await import('./store.ts')
      end(await pruneStore({ store: name, keep }, io))
    })
}
