/** The words after `ambit record` → what to record, how, and as whom. */
import { randomUUID } from 'node:crypto'
import { basename } from 'node:path'
import { parseArgs } from 'node:util'
import { type Workload, workloadProblem } from '../../core/model/workload.ts'
import { done, failed, type Outcome, type Problem } from '../../io/problem.ts'

export const RECORD_HELP = `usage: ambit record [options] -- COMMAND...          record an agent
       ambit record --mcp [options] -- SERVER...     record one MCP server: put this in place of the server

Writes what COMMAND did as evidence for \`ambit derive\`: its MCP tool calls and, where bpftrace or strace can be used, the
programs, files, syscalls and connections of its process tree. The file holds arguments and results: what the
agent did and read.

options:
  --out FILE            where to write (default: ambit-<session>.jsonl); added to if it exists
  --workload NS/NAME    what the policy will be for (default: local/<name of COMMAND>)
  --session ID          one task of the agent (default: a new id); one recording is one session
  --request TEXT        what the user asked for: say it only where you know it, never let the agent say it
  --mcp-config FILE     the agent's \`mcpServers\` file: {mcp-config} in COMMAND becomes a copy of it whose
                        stdio servers are recorded
  --mcp                 be the recording proxy of one MCP stdio server
  --tracer NAME         bpftrace (root; cheaper, and less exact) or strace (default: the first that works)
  --no-trace            use neither

AMBIT_RECORD_OUT, AMBIT_RECORD_WORKLOAD, AMBIT_RECORD_SESSION and AMBIT_REQUEST stand for the options; the agent gets
the first three in its environment.

examples:
  ambit record --mcp-config mcp.json --workload research/agent -- my-agent --mcp-config {mcp-config} "the task"
  ambit record --out evidence/curl.jsonl -- curl -s https://example.org
  { "mcpServers": { "files": { "command": "ambit", "args": ["record", "--mcp", "--out", "/tmp/calls.jsonl",
      "--workload", "local/desktop", "--", "npx", "-y", "@modelcontextprotocol/server-filesystem", "/tmp"] } } }`

export interface RecordOptions {
  readonly mode: 'agent' | 'mcp'
  readonly out: string
  readonly workload: Workload
  readonly session: string
  readonly request: string | null
  readonly mcpConfig: string | null
  readonly trace: boolean
  /** Null: the first that works. */
  readonly tracer: 'bpftrace' | 'strace' | null
  readonly command: string
  readonly args: readonly string[]
}

const usage = (what: string, help: string): Problem => ({ code: 'usage', what, where: null, help })

const OPTIONS = {
  out: { type: 'string' },
  workload: { type: 'string' },
  session: { type: 'string' },
  request: { type: 'string' },
  'mcp-config': { type: 'string' },
  mcp: { type: 'boolean' },
  tracer: { type: 'string' },
  'no-trace': { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const

/** `local/<command>`, with what cannot be in a name left out. */
const defaultWorkload = (command: string): string => {
  const name = basename(command)
    .replace(/[^\p{L}\p{N}._-]/gu, '-')
    .replace(/\.{2,}/g, '.')
    .replace(/^[^\p{L}\p{N}]+|[^\p{L}\p{N}]+$/gu, '')
  return `local/${name === '' ? 'agent' : name}`
}

const workloadOf = (text: string): Workload | null => {
  const [namespace = '', name = '', ...more] = text.split('/')
  const workload = { namespace, name }
  return more.length === 0 && workloadProblem(workload) === null ? workload : null
}

/** An empty variable is one that was not set. */
const first = (...choices: readonly (string | undefined)[]): string | undefined =>
  choices.find(choice => choice !== undefined && choice !== '')

/** Null: help was asked for. */
export const readRecordOptions = (words: readonly string[], env: NodeJS.ProcessEnv): Outcome<RecordOptions | null> => {
  const split = words.indexOf('--')
  const before = split === -1 ? words : words.slice(0, split)
  let values: ReturnType<typeof parse>
  try {
    values = parse(before)
  } catch (error) {
    const what = error instanceof Error ? error.message : String(error)
    return failed(usage(what.charAt(0).toLowerCase() + what.slice(1).replace(/\.$/, ''), 'see `ambit record --help`'))
  }
  if (values.help === true) return done(null)
  const [command, ...args] = split === -1 ? [] : words.slice(split + 1)
  if (command === undefined)
    return failed(usage('there is no command to record', 'put it after `--`, as in `ambit record -- my-agent`'))
  const mode = values.mcp === true ? 'mcp' : 'agent'
  if (mode === 'mcp' && values['mcp-config'] !== undefined)
    return failed(usage('`--mcp` and `--mcp-config` exclude each other', 'see `ambit record --help`'))
  const named = first(values.workload, env.AMBIT_RECORD_WORKLOAD) ?? defaultWorkload(command)
  const workload = workloadOf(named)
  if (workload === null)
    return failed(usage(`\`${named}\` is no workload`, 'write it as NAMESPACE/NAME, with letters, digits and `-_.`'))
  const tracer = values.tracer ?? null
  if (tracer !== null && tracer !== 'bpftrace' && tracer !== 'strace')
    return failed(usage(`there is no tracer \`${tracer}\``, 'it is `bpftrace` or `strace`'))
  const session = first(values.session, env.AMBIT_RECORD_SESSION) ?? randomUUID()
  return done({
    mode,
    out: first(values.out, env.AMBIT_RECORD_OUT) ?? `ambit-${session.replace(/[^\w.-]/g, '-').slice(0, 80)}.jsonl`,
    workload,
    session,
    request: mode === 'agent' ? (first(values.request, env.AMBIT_REQUEST) ?? null) : null,
    mcpConfig: values['mcp-config'] ?? null,
    trace: values['no-trace'] !== true,
    tracer,
    command,
    args,
  })
}

const parse = (words: readonly string[]) => parseArgs({ args: [...words], options: OPTIONS, strict: true }).values
