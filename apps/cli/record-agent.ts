/** An agent's command line → its run, by whatever means of recording there are here, which it names. */
import { realpathSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { extname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { workloadKey } from '../../core/model/workload.ts'
import { runAgent } from '../../io/record/agent-run.ts'
import type { Ending } from '../../io/record/ending.ts'
import type { RecordedEvent } from '../../io/record/event.ts'
import type { Journal } from '../../io/record/journal.ts'
import { wrapMcpConfig } from '../../io/record/mcp-config.ts'
import { type Opened, openTracer } from '../../io/record/open-tracer.ts'
import { createTrace } from '../../io/record/strace/trace.ts'
import type { RecordOptions } from './record-options.ts'

const PLACE = '{mcp-config}'
const HERE = fileURLToPath(import.meta.url)
const PROXY = resolve(HERE, `../record-proxy${extname(HERE)}`)
const ENTRIES: ReadonlySet<string> = new Set([PROXY, resolve(HERE, `../main${extname(HERE)}`)])

/** `node …/record-proxy.js --mcp …` or `node …/ambit record --mcp …`, however the file is linked. */
const isRecorder = (_path: string, [, script = '', ...words]: readonly string[]): boolean => {
  const flags = words.slice(0, Math.max(0, words.indexOf('--')))
  if (!flags.includes('--mcp') || !script.startsWith('/')) return false
  try {
    return ENTRIES.has(realpathSync(script))
  } catch {
    return false
  }
}

interface WrappedConfig {
  readonly path: string
  readonly remove: () => Promise<void>
}

const wrapConfig = async (options: RecordOptions, file: string, say: (text: string) => void) => {
  const { out, session, workload } = options
  const as = ['--out', resolve(out), '--session', session, '--workload', workloadKey(workload)]
  const text = await readFile(file, 'utf8')
  const wrapped = wrapMcpConfig(text, [process.execPath, PROXY, '--mcp', ...as, '--'])
  if (wrapped === null) return null
  const folder = await mkdtemp(join(tmpdir(), 'ambit-'))
  const path = join(folder, 'mcp.json')
  await writeFile(path, wrapped.text, { mode: 0o600 })
  say(`tool calls of the MCP servers ${wrapped.wrapped.map(name => `\`${name}\``).join(', ') || '(none)'}`)
  if (wrapped.untouched.length > 0)
    say(`not recorded, because they are no stdio servers: ${wrapped.untouched.map(name => `\`${name}\``).join(', ')}`)
  return { path, remove: () => rm(folder, { recursive: true, force: true }) } satisfies WrappedConfig
}

const BLIND = {
  bpftrace:
    'host names behind addresses, links behind file names, what was sent or read, io_uring, processes outside its tree',
  strace: 'host names behind addresses, what was sent or read, io_uring, processes outside its tree',
} as const

/** Says once what is recorded, by what, and what that cannot see. */
const sayMeans = (options: RecordOptions, { tracer, refused }: Opened, say: (text: string) => void): void => {
  if (options.mcpConfig === null)
    say('tool calls of the MCP servers that are started as `ambit record --mcp -- SERVER`, and of no others')
  if (tracer === null) {
    const why = options.trace ? refused.map(({ why: reason }) => reason).join('; ') : '`--no-trace`'
    say(`no programs, files, syscalls or connections: ${why}`)
    return
  }
  say(`programs, files, syscalls and connections by ${tracer.name}, which makes the agent slower`)
  for (const { name, why } of refused) say(`  not by ${name}: ${why}`)
  say(`  blind to: ${BLIND[tracer.name]}`)
}

const seconds = (milliseconds: number): string => `${(milliseconds / 1_000).toFixed(1)} s`

/** Values as they would have been without the recorder: the copy of the configuration stands for the original. */
const withoutCopy =
  (emit: (event: RecordedEvent) => void, copy: string, original: string) =>
  (event: RecordedEvent): void => {
    if (event.kind !== 'action') {
      emit(event)
      return
    }
    const values = event.values.map(({ dimension, value }) => ({
      dimension,
      value: typeof value === 'string' ? value.replaceAll(copy, original) : value,
    }))
    emit({ ...event, values })
  }

export const recordAgent = async (
  options: RecordOptions,
  journal: Journal,
  say: (text: string) => void,
): Promise<Ending> => {
  const original = options.mcpConfig === null ? null : resolve(options.mcpConfig)
  let config: WrappedConfig | null = null
  if (original !== null) {
    try {
      config = await wrapConfig(options, original, say)
    } catch (error) {
      return { kind: 'not-started', reason: error instanceof Error ? error.message : String(error) }
    }
    if (config === null) return { kind: 'not-started', reason: `\`${original}\` is no \`mcpServers\` file` }
  }
  const copy = config?.path ?? ''
  const emit = original === null ? journal.write : withoutCopy(journal.write, copy, original)
  const trace = createTrace({ directory: resolve('.'), isRecorder, emit })
  let lines = 0
  const opened: Opened = options.trace
    ? await openTracer(options.tracer, resolve('.'), line => {
        lines++
        trace.line(line)
      })
    : { tracer: null, refused: [] }
  sayMeans(options, opened, say)
  const { tracer } = opened
  const [began, used] = [performance.now(), process.cpuUsage()]
  try {
    return await runAgent({
      command: options.command,
      args: config === null ? options.args : options.args.map(word => word.replaceAll(PLACE, copy)),
      env: {
        ...process.env,
        AMBIT_RECORD_OUT: resolve(options.out),
        AMBIT_RECORD_SESSION: options.session,
        AMBIT_RECORD_WORKLOAD: workloadKey(options.workload),
      },
      tracer,
      trace,
      emit,
    })
  } finally {
    await config?.remove()
    if (tracer !== null) {
      const { user, system } = process.cpuUsage(used)
      const taken = tracer.processorTime()
      const own = `${seconds((user + system) / 1_000)} of processor time to read ${lines} lines`
      const its = taken === null ? `${tracer.name} ended unseen` : `at least ${seconds(taken)} in ${tracer.name}`
      say(`it cost ${own}, ${its}, in ${seconds(performance.now() - began)}`)
      say('  what the kernel added to each call of the agent is not in that')
    }
  }
}
