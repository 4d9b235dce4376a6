/**
 * `ambit serve`: the words of the command line → a running receiver of evidence, until it is told to end. What it has to say is one
 * JSON object a line on standard error; the first line on standard output is its URL.
 */
import { randomUUID } from 'node:crypto'
import { resolve } from 'node:path'
import { FOLDING } from '../../core/pipeline.ts'
import { createLog } from '../../io/enforce/log.ts'
import { failed, type Outcome } from '../../io/problem.ts'
import { openStore } from '../../io/store/open-store.ts'
import type { ServeConfig } from '../receiver/config-schema.ts'
import { loadServeConfig, readServeConfig } from '../receiver/read-config.ts'
import { startReceiver } from '../receiver/start-receiver.ts'
import { EXIT, type ExitCode, type Io } from './io.ts'
import { showProblems } from './problems.ts'

export interface ServeOptions {
  readonly config: string | null
  readonly tokens: string | null
  readonly store: string | null
  readonly port: string | null
  readonly keep: string | null
  readonly follow: readonly string[]
}

const usage = (what: string, help: string): Outcome<never> => failed({ code: 'usage', what, where: null, help })

const configOf = async (options: ServeOptions): Promise<Outcome<ServeConfig>> => {
  const { config, tokens, store, port, keep, follow } = options
  if (config !== null) {
    const isMixed = [tokens, store, port, keep].some(word => word !== null) || follow.length > 0
    return isMixed
      ? usage('`--config` and the short form exclude each other', 'write it all in the file')
      : loadServeConfig(config)
  }
  if (tokens === null)
    return usage(
      'neither `--config` nor `--tokens`',
      'name a `serve.yaml`, or who may write; `ambit token` makes a token and its entry',
    )
  // The same as a file that says no more than the words do. JSON is YAML.
  const document = {
    tokens: resolve(tokens),
    ...(store === null ? {} : { store }),
    ...(keep === null ? {} : { keep }),
    ...(follow.length === 0 ? {} : { follow: follow.map(file => resolve(file)) }),
    ...(port === null ? {} : { listen: { port: /^\d{1,5}$/.test(port) ? Number(port) : port } }),
  }
  return readServeConfig(JSON.stringify(document), 'the command line')
}

export const serveCommand = async (options: ServeOptions, io: Io): Promise<ExitCode> => {
  const config = await configOf(options)
  const log = createLog(line => io.stderr.write(line), io.now)
  const world = {
    now: io.now,
    instance: randomUUID(),
    log,
    open: (store: string) => openStore(store, { folding: FOLDING, now: io.now }),
  }
  const started = config.ok ? await startReceiver(config.value, world) : config
  if (!started.ok) {
    showProblems(io, started.problems)
    return EXIT.usage
  }
  io.stdout.write(`${started.value.url}\n`)
  const reason = await new Promise<string>(end => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => end(signal))
  })
  await started.value.close(reason)
  return EXIT.done
}
