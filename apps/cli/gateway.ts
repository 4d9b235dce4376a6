/**
 * `ambit gateway`: the words of the command line → a running gateway, until its client is gone or it is told to end. Standard output
 * belongs to the protocol; what the gateway has to say is one JSON object a line on standard error.
 */
import { randomUUID } from 'node:crypto'
import { userInfo } from 'node:os'
import { workloadKey } from '../../core/model/workload.ts'
import { createLog } from '../../io/enforce/log.ts'
import { loadPolicy } from '../../io/policy-file/load-policies.ts'
import { failed, type Outcome } from '../../io/problem.ts'
import { type GatewayConfig, loadGatewayConfig, readGatewayConfig } from '../gateway/read-config.ts'
import { startGateway } from '../gateway/start-gateway.ts'
import { EXIT, type ExitCode, type Io } from './io.ts'
import { showProblems } from './problems.ts'

export interface GatewayOptions {
  /** `gateway.yaml`, or null for the short form. */
  readonly config: string | null
  /** The short form: a policy, and the command of one server. */
  readonly policy: string | null
  readonly workload: string | null
  readonly mode: string
  readonly admin: string | null
  readonly elicit: boolean
  readonly request: string | null
  readonly command: readonly string[]
}

const usage = (what: string, help: string): Outcome<never> => failed({ code: 'usage', what, where: null, help })

/** The same as a file that says no more than the words do. JSON is YAML. */
const fromWords = async (options: GatewayOptions): Promise<Outcome<GatewayConfig>> => {
  const { policy, mode, admin, elicit, command } = options
  const [program, ...args] = command
  if (policy === null)
    return usage('neither `--config` nor `--policy`', 'name a `gateway.yaml`, or a policy and a command')
  if (program === undefined) return usage('no command', 'write the server’s command after `--`')
  let { workload } = options
  if (workload === null) {
    const loaded = await loadPolicy(policy)
    if (!loaded.ok) return failed(...loaded.problems, ...missingWorkload)
    workload = workloadKey(loaded.value.workload)
  }
  const document = {
    policies: policy,
    workload,
    servers: { server: { command: program, args } },
    modes: { default: mode },
    approvals: { elicitation: elicit },
    ...(admin === null ? {} : { admin: { socket: admin } }),
  }
  return readGatewayConfig(JSON.stringify(document), 'gateway.yaml', process.env)
}

const missingWorkload = [
  {
    code: 'usage',
    what: 'it is not known whose calls these are',
    where: '--workload',
    help: 'name the workload as `namespace/name`',
  },
] as const

export const gatewayCommand = async (options: GatewayOptions, io: Io): Promise<ExitCode> => {
  if (options.config !== null && (options.policy !== null || options.command.length > 0)) {
    showProblems(io, [
      {
        code: 'usage',
        what: '`--config` and the short form exclude each other',
        where: null,
        help: 'write it all in the file',
      },
    ])
    return EXIT.usage
  }
  const read = options.config === null ? await fromWords(options) : await loadGatewayConfig(options.config, process.env)
  if (!read.ok) {
    showProblems(io, read.problems)
    return EXIT.usage
  }
  const started = await startGateway(read.value, {
    now: io.now,
    newId: randomUUID,
    log: createLog(line => io.stderr.write(line), io.now),
    stdin: process.stdin,
    stdout: process.stdout,
    user: userInfo().username,
    request: options.request,
  })
  if (!started.ok) {
    showProblems(io, started.problems)
    return EXIT.usage
  }
  const gateway = started.value
  const told = new Promise<string>(resolve => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve(signal))
  })
  process.on('SIGHUP', () => void gateway.reload('SIGHUP'))
  const reason = await Promise.race([told, gateway.ended.then(() => 'the client is gone')])
  await gateway.close(reason)
  process.stdin.destroy()
  return EXIT.done
}
