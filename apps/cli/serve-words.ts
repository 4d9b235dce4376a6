/** The words of `ambit serve`. */
import type { Command } from 'commander'
import type { Io } from './io.ts'

interface ServeWords {
  readonly config?: string
  readonly tokens?: string
  readonly store?: string
  readonly port?: string
  readonly keep?: string
  readonly follow?: readonly string[]
}

const examples = (...lines: readonly string[]): string => `\nExamples:\n${lines.map(line => `  $ ${line}\n`).join('')}`

export const addServeCommand = (program: Command, io: Io, end: (code: number) => void): void => {
  program
    .command('serve')
    .description('take in evidence as it comes: OTLP/HTTP traces, and records of other sensors as JSON')
    .option('--config <file>', 'a serve.yaml; see `ambit schema serve`')
    .option('--tokens <file>', 'without a file: who may write what; see `ambit schema tokens` and `ambit token`')
    .option(
      '--store <store>',
      'without a file: a folder, `clickhouse://host:8123/database`, or memory, which forgets at the end',
    )
    .option('--port <port>', 'without a file: where to listen on this machine (4318)')
    .option('--keep <days>', 'without a file: how long evidence is kept, from when it was received, e.g. `30d`')
    .option('--follow <file...>', 'without a file: files that sensors go on writing, taken in beside what is sent')
    .addHelpText(
      'after',
      examples(
        'ambit token collector --record "bank/*" --assert-context "bank/*"   # prints a token, and its entry for tokens.yaml',
        'ambit serve --tokens tokens.yaml',
        'ambit serve --tokens tokens.yaml --store evidence.store --keep 30d --follow /var/log/tetragon/tetragon.log',
        'ambit serve --config serve.yaml',
        'OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:4318 OTEL_EXPORTER_OTLP_HEADERS="Authorization=Bearer%20$TOKEN" my-agent',
      ),
    )
    .action(async (words: ServeWords) => {
      const { serveCommand } = await import('./serve.ts')
      const { config = null, tokens = null, store = null, port = null, keep = null, follow = [] } = words
      end(await serveCommand({ config, tokens, store, port, keep, follow }, io))
    })
}
