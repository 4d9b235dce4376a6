/**
 * `ambit decision-api`: the words of the command line → a running decision API, until it is told to end. What it has to say is one
 * JSON object a line on standard error; the first line on standard output is its URL.
 */
import { randomUUID } from 'node:crypto'
import { resolve } from 'node:path'
import { createLog } from '../../io/enforce/log.ts'
import { failed, type Outcome } from '../../io/problem.ts'
import type { DecisionApiConfig } from '../server/config-schema.ts'
import { loadDecisionApiConfig, readDecisionApiConfig } from '../server/read-config.ts'
import { startDecisionApi } from '../server/start-decision-api.ts'
import { EXIT, type ExitCode, type Io } from './io.ts'
import { showProblems } from './problems.ts'

export interface DecisionApiOptions {
  readonly config: string | null
  readonly policy: string | null
  readonly tokens: string | null
  readonly port: string | null
  readonly mode: string
}

const usage = (what: string, help: string): Outcome<never> => failed({ code: 'usage', what, where: null, help })

const configOf = async ({
  config,
  policy,
  tokens,
  port,
  mode,
}: DecisionApiOptions): Promise<Outcome<DecisionApiConfig>> => {
  if (config !== null) {
    const isMixed = policy !== null || tokens !== null || port !== null
    return isMixed
      ? usage('`--config` and the short form exclude each other', 'write it all in the file')
      : loadDecisionApiConfig(config)
  }
  if (policy === null)
    return usage('neither `--config` nor `--policy`', 'name a `decision-api.yaml`, or a policy and tokens')
  if (tokens === null) return usage('no `--tokens`', 'name who may ask; `ambit token` makes a token and its entry')
  // The same as a file that says no more than the words do. JSON is YAML.
  const document = {
    policies: resolve(policy),
    tokens: resolve(tokens),
    modes: { default: mode },
    ...(port === null ? {} : { listen: { port: /^\d{1,5}$/.test(port) ? Number(port) : port } }),
  }
  return readDecisionApiConfig(JSON.stringify(document), 'the command line')
}

export const decisionApiCommand = async (options: DecisionApiOptions, io: Io): Promise<ExitCode> => {
  const config = await configOf(options)
  const log = createLog(line => io.stderr.write(line), io.now)
  const started = config.ok ? await startDecisionApi(config.value, { now: io.now, newId: randomUUID, log }) : config
  if (!started.ok) {
    showProblems(io, started.problems)
    return EXIT.usage
  }
  io.stdout.write(`${started.value.url}\n`)
  const reload = (): void => void started.value.reload('SIGHUP')
  process.on('SIGHUP', reload)
  const reason = await new Promise<string>(end => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => end(signal))
  })
  process.removeListener('SIGHUP', reload)
  await started.value.close(reason)
  return EXIT.done
}
