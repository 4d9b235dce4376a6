/** What the tests of the command line share: commands run in this process or as one of their own, and small evidence. */
import { spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import type { Io } from '../../apps/cli/io.ts'
import { run } from '../../apps/cli/program.ts'

export interface Ran {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

export interface Surroundings {
  readonly stdin?: string
  readonly isTTY?: boolean
  readonly color?: boolean
}

export const newFolder = (): string => mkdtempSync(join(tmpdir(), 'ambit-cli-'))

/** In this process. */
export const ambit = async (words: readonly string[], around: Surroundings = {}): Promise<Ran> => {
  const out: string[] = []
  const err: string[] = []
  const io: Io = {
    stdin: Readable.from([Buffer.from(around.stdin ?? '')]),
    stdout: { write: text => out.push(text) },
    stderr: { write: text => err.push(text) },
    now: Date.now,
    isTTY: around.isTTY ?? false,
    color: around.color ?? false,
  }
  const code = await run(words, io)
  return { code, out: out.join(''), err: err.join('') }
}

const PROGRAM = fileURLToPath(new URL('../../dist/apps/cli/main.js', import.meta.url))

/** The built program, as a process of its own. */
export const spawned = (
  words: readonly string[],
  { stdin = '', env = {} }: { readonly stdin?: string; readonly env?: Readonly<Record<string, string>> } = {},
): Promise<Ran> =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [PROGRAM, ...words], { env: { PATH: process.env.PATH, ...env } })
    let [out, err] = ['', '']
    child.stdout.on('data', (chunk: Buffer) => {
      out += chunk.toString()
    })
    child.stderr.on('data', (chunk: Buffer) => {
      err += chunk.toString()
    })
    child.on('error', reject)
    child.on('close', code => resolve({ code, out, err }))
    // A program that ends without reading its input closes the pipe; that is its right.
    child.stdin.on('error', () => undefined)
    child.stdin.end(stdin)
  })

export interface Call {
  readonly action: string
  readonly arguments: Readonly<Record<string, unknown>>
  readonly outcome?: string
}

const WORKLOAD = { namespace: 'bank', name: 'assistant' }
const START = Date.UTC(2026, 2, 1)

/** Lines in Ambit’s own format: each list of calls is one session, six hours after the one before. */
export const evidenceText = (
  sessions: readonly (readonly Call[])[],
  workload: { readonly namespace: string; readonly name: string } = WORKLOAD,
): string =>
  sessions
    .flatMap((calls, session) =>
      calls.map(
        (call, index) =>
          `${JSON.stringify({
            format: 'ambit.observation/v1',
            type: 'observation',
            id: `${session}-${index}`,
            workload,
            session: `session-${String(session).padStart(3, '0')}`,
            time: new Date(START + session * 21_600_000 + index * 1_000).toISOString(),
            substrate: 'tool',
            outcome: 'ok',
            ...call,
          })}\n`,
      ),
    )
    .join('')

/** Twenty sessions that read the account and pay the rent. */
export const RENT: readonly (readonly Call[])[] = Array.from({ length: 20 }, (_, session) => [
  { action: 'get_balance', arguments: {} },
  { action: 'send_money', arguments: { recipient: 'DE89370400440532013000', amount: 900 + (session % 2) } },
])

export const fileWith = (text: string, name = 'evidence.jsonl'): string => {
  const file = join(newFolder(), name)
  writeFileSync(file, text)
  return file
}

/** Every file below a folder, by its path from there. */
export const filesBelow = (folder: string): ReadonlyMap<string, string> => {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter(entry => entry.isFile())
  const files = entries.map(entry => join(entry.parentPath, entry.name)).sort()
  return new Map(files.map(file => [relative(folder, file), readFileSync(file, 'utf8')]))
}

/** A folder with the policy of {@link RENT}, and its evidence. */
export const derivedRent = async (): Promise<{
  readonly out: string
  readonly policy: string
  readonly evidence: string
}> => {
  const evidence = fileWith(evidenceText(RENT))
  const out = newFolder()
  const ran = await ambit(['derive', '--evidence', evidence, '--out', out])
  if (ran.code !== 0) throw new Error(ran.err)
  return { out, policy: join(out, 'bank', 'assistant', 'policy.yaml'), evidence }
}
