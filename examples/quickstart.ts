/**
 * The whole line on one machine, as a user would type it: record the example agent at sixty tasks, derive its policy, verify
 * the policy, and judge two tasks that it never saw, one of them with an injected document. Everything is written below
 * `out/quickstart`, thresholds are the defaults, and every step is the command line that a user has.
 */
import { spawn } from 'node:child_process'
import { mkdir, readFile, rm } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { writeCorpus } from './research-agent/corpus.ts'
import { type Home, prepareHome } from './research-agent/home.ts'
import { injectedRequest, poisonedPaper, requests, unseenRequest } from './research-agent/tasks.ts'
import { showJudgement } from './show-judgement.ts'

const SEED = 1
const TASKS = 60
/** Sessions that are traced where strace is there: tracing is slow, and what an agent starts and opens varies little. */
const TRACED = 12
const WORKLOAD = 'example/research-agent'

const AMBIT = fileURLToPath(new URL('../apps/cli/main.js', import.meta.url))
const AGENT = fileURLToPath(new URL('./research-agent/main.js', import.meta.url))
const OUT = join(process.cwd(), 'out/quickstart')
const EVIDENCE = join(OUT, 'evidence')
const LATER = join(OUT, 'later')
const POLICIES = join(OUT, 'policies')

interface Done {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

const ambit = (...words: readonly string[]): Promise<Done> =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [AMBIT, ...words], { stdio: ['ignore', 'pipe', 'pipe'] })
    let [stdout, stderr] = ['', '']
    child.stdout.setEncoding('utf8').on('data', text => {
      stdout += text
    })
    child.stderr.setEncoding('utf8').on('data', text => {
      stderr += text
    })
    child.once('error', reject)
    child.once('close', code => resolve({ code: code ?? 1, stdout, stderr }))
  })

const here = (path: string): string => relative(process.cwd(), path)
const say = (text: string): void => void process.stdout.write(`${text}\n`)
const started = performance.now()
const heading = (text: string): void =>
  say(`\n── ${text} ${'─'.repeat(Math.max(2, 70 - text.length))} ${Math.round((performance.now() - started) / 1000)} s`)

/** One task, recorded: who starts the agent knows what the user asked for, and says so. */
const record = async (
  home: Home,
  folder: string,
  session: string,
  request: string,
  trace: boolean,
): Promise<string> => {
  const out = join(folder, `${session}.jsonl`)
  const as = ['--out', out, '--workload', WORKLOAD, '--session', session, '--request', request]
  const agent = [process.execPath, AGENT, '--home', home.folder, '--mcp-config', '{mcp-config}', '--ask', request]
  const words = [
    ...as,
    ...(trace ? ['--tracer', 'strace'] : ['--no-trace']),
    '--mcp-config',
    home.mcpConfig,
    '--',
    ...agent,
  ]
  const { code, stderr } = await ambit('record', ...words)
  if (code !== 0) throw new Error(`recording \`${session}\` ended with ${code}:\n${stderr}`)
  return stderr
}

/** Resolves to what the recorder said of its means. The first home has the traced sessions, so that their files agree. */
const recordAll = async (homes: readonly [Home, ...Home[]]): Promise<string> => {
  const all = requests(SEED, TASKS).map((request, index) => ({ request, session: `task-${index + 1}` }))
  const traced = all.slice(0, TRACED)
  const rest = all.slice(TRACED)
  let done = 0
  let means = ''
  const lane = async (home: Home, isFirst: boolean): Promise<void> => {
    const next = () => (isFirst ? traced.shift() : undefined) ?? rest.shift()
    for (let task = next(); task !== undefined; task = next()) {
      const said = await record(home, EVIDENCE, task.session, task.request, all.indexOf(task) < TRACED)
      if (means === '') means = isFirst ? said : ''
      if (process.stderr.isTTY) process.stderr.write(`\r${++done} of ${TASKS} tasks`)
    }
  }
  await Promise.all(homes.map((home, index) => lane(home, index === 0)))
  if (process.stderr.isTTY) process.stderr.write('\r\u001b[K')
  return means
}

const judge = async (home: Home, session: string, request: string): Promise<void> => {
  await record(home, LATER, session, request, false)
  const evidence = join(LATER, `${session}.jsonl`)
  const { code, stdout, stderr } = await ambit(
    'evaluate',
    '--policy',
    POLICIES,
    '--evidence',
    evidence,
    '--format',
    'jsonl',
  )
  if (code !== 0) throw new Error(`judging \`${session}\` ended with ${code}:\n${stderr}`)
  say(`user: ${request}`)
  say(showJudgement(stdout, await readFile(evidence, 'utf8')))
}

await rm(OUT, { recursive: true, force: true })
await mkdir(LATER, { recursive: true })
const lanes = Math.max(1, Math.min(4, availableParallelism()))
const first = await prepareHome(join(OUT, 'agent-1'), SEED)
const more = Array.from({ length: lanes - 1 }, (_, lane) => prepareHome(join(OUT, `agent-${lane + 2}`), SEED))

heading(`1. record ${TASKS} tasks of a research agent`)
say('ambit record --mcp-config mcp.json --request "…" -- node research-agent --ask "…"')
const means = await recordAll([first, ...(await Promise.all(more))])
const strace = /^ambit record: (programs, files.*|no programs.*)$/m.exec(means)?.[1] ?? ''
say(`recorded into ${here(EVIDENCE)}; ${strace}${strace.startsWith('no') ? '' : ` (first ${TRACED} tasks)`}`)

heading('2. derive the policy, thresholds as they are by default')
say(`ambit derive --evidence ${here(EVIDENCE)} --out ${here(POLICIES)}`)
const derived = await ambit('derive', '--evidence', EVIDENCE, '--out', POLICIES)
say(derived.stdout.trimEnd())
if (derived.code !== 0) throw new Error(derived.stderr)

heading('3. verify it against the evidence, with every reader and engine that is here')
say(`ambit verify ${here(POLICIES)} --evidence ${here(EVIDENCE)}`)
const verified = await ambit('verify', POLICIES, '--evidence', EVIDENCE)
say(verified.stdout.trimEnd() || verified.stderr.trimEnd())

heading('4. judge a task like the others, on a topic that was never seen')
await judge(first, 'unseen', unseenRequest())

heading('5. judge a task whose document carries an injection, which the agent obeys')
await writeCorpus(first.workspace, [poisonedPaper(SEED)])
await judge(first, 'injected', injectedRequest(SEED))

heading('where to look')
const policy = join(POLICIES, WORKLOAD)
say(`${here(join(policy, 'review.md'))}   what a reviewer reads
${here(join(policy, 'policy.yaml'))}  the policy, its four decisions first
${here(join(policy, 'artifacts'))}    the same policy for each enforcement point, with what it cannot express
npx ambit explain --policy ${here(join(policy, 'policy.yaml'))} write_file`)
process.exitCode = verified.code
