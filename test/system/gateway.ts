/** What the gateway's tests share: policies for real servers, gateways in a process of their own and in this one, real clients. */
import { type ChildProcess, spawn } from 'node:child_process'
import { createHash, randomUUID } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import type { ClientCapabilities } from '@modelcontextprotocol/sdk/types.js'
import { afterEach, expect } from 'vitest'
import { readGatewayConfig } from '../../apps/gateway/read-config.ts'
import { type Gateway, type GatewayWorld, startGateway } from '../../apps/gateway/start-gateway.ts'
import { policyDigest } from '../../core/model/digest.ts'
import type { DerivedPolicy } from '../../core/model/policy.ts'
import { createLog } from '../../io/enforce/log.ts'
import { writePolicy } from '../../io/policy-file/write-policy.ts'
import { type PermissionSketch, policyOf } from '../contracts/policy-of.ts'
import { AMBIT, newFolder, serverPath } from './recording.ts'

export const WORKLOAD = 'research/research-agent'
const FOREVER = '2126-01-01T00:00:00Z'

const ANY = { kind: 'any' } as const

/** Reads below the folder, writes known files there; other files there are for a person. */
export const filePermissions = (folder: string): readonly PermissionSketch[] => [
  {
    substrate: 'tool',
    action: 'read_text_file',
    allow: { 'tool.args.path': { kind: 'path', under: [folder] }, 'tool.server': ANY },
  },
  {
    substrate: 'tool',
    action: 'write_file',
    allow: {
      'tool.args.path': { kind: 'set', values: [join(folder, 'known.txt')] },
      'tool.args.content': ANY,
      'tool.server': ANY,
    },
    review: { 'tool.args.path': { kind: 'path', under: [folder] } },
  },
]

export const sealed = (
  permissions: readonly PermissionSketch[],
  changes: Partial<DerivedPolicy['validity']> & { readonly workload?: DerivedPolicy['workload'] } = {},
): DerivedPolicy => {
  const { workload, ...validity } = changes
  const policy = policyOf(permissions, workload === undefined ? {} : { workload })
  const whole = { ...policy, validity: { ...policy.validity, notAfter: FOREVER, ...validity } }
  return { ...whole, digest: policyDigest(whole) }
}

export interface Place {
  readonly folder: string
  /** What the filesystem server serves. */
  readonly files: string
  readonly policies: string
  readonly policyFile: string
  readonly socket: string
}

export const putPolicy = (place: Place, policy: DerivedPolicy): void =>
  writeFileSync(place.policyFile, writePolicy(policy))

export const newPlace = (policy?: (files: string) => DerivedPolicy): Place => {
  const folder = realpathSync(newFolder())
  const files = join(folder, 'files')
  const policies = join(folder, 'policies')
  mkdirSync(files)
  mkdirSync(policies)
  writeFileSync(join(files, 'a.txt'), 'the text of a')
  const place = {
    folder,
    files,
    policies,
    policyFile: join(policies, 'policy.yaml'),
    socket: join(folder, 'admin.sock'),
  }
  putPolicy(place, policy === undefined ? sealed(filePermissions(files)) : policy(files))
  return place
}

/** Every file of the folder with the digest of what is in it: what no denied call may change. */
export const contents = (folder: string): readonly string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile())
    .map(entry => join(entry.parentPath, entry.name))
    .sort()
    .map(path => `${path} ${createHash('sha256').update(readFileSync(path)).digest('hex')}`)

export const filesystemServer = (files: string) => ({
  command: process.execPath,
  args: [serverPath('server-filesystem'), files],
})
export const everythingServer = { command: process.execPath, args: [serverPath('server-everything')] }
/** A server that runs this program text. */
export const program = (text: string) => ({ command: process.execPath, args: ['--input-type=module', '--eval', text] })

const endings: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end()
})

export interface Lines {
  /** What was logged, as objects. */
  readonly entries: Record<string, unknown>[]
  find(event: string): Record<string, unknown> | undefined
}

const linesOf = (): Lines & { readonly add: (text: string) => void } => {
  const entries: Record<string, unknown>[] = []
  let rest = ''
  return {
    entries,
    find: event => entries.find(entry => entry.event === event),
    add: text => {
      const parts = (rest + text).split('\n')
      rest = parts.pop() ?? ''
      for (const line of parts) if (line !== '') entries.push(JSON.parse(line))
    },
  }
}

export interface Running {
  readonly gateway: Gateway
  readonly log: Lines
  readonly url: URL
}

/** A gateway in this process, over HTTP on a free port. `document` is `gateway.yaml` as data. */
export const gatewayHere = async (
  document: Readonly<Record<string, unknown>>,
  world: Partial<GatewayWorld> = {},
): Promise<Running> => {
  const log = linesOf()
  const whole = { listen: { port: 0 }, reloadSeconds: 0.1, workload: WORKLOAD, ...document }
  const config = readGatewayConfig(JSON.stringify(whole), 'gateway.yaml', process.env)
  if (!config.ok) throw new Error(JSON.stringify(config.problems))
  const started = await startGateway(config.value, {
    now: Date.now,
    newId: randomUUID,
    log: createLog(log.add, Date.now),
    stdin: process.stdin,
    stdout: process.stdout,
    user: 'tester',
    progressEvery: 50,
    ...world,
  })
  if (!started.ok) throw new Error(JSON.stringify(started.problems))
  endings.push(() => started.value.close('the test ends'))
  return { gateway: started.value, log, url: new URL(started.value.url ?? 'http://none') }
}

export interface ClientOptions {
  readonly capabilities?: ClientCapabilities
  readonly token?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly prepare?: (client: Client) => void
}

const newClient = ({ capabilities = {}, prepare }: ClientOptions): Client => {
  const client = new Client({ name: 'test-client', version: '1' }, { capabilities })
  prepare?.(client)
  endings.push(() => client.close())
  return client
}

export const httpClient = async (url: URL, options: ClientOptions = {}): Promise<Client> => {
  const client = newClient(options)
  const { token, headers = {} } = options
  const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` }
  await client.connect(
    new StreamableHTTPClientTransport(url, { requestInit: { headers: { ...authorization, ...headers } } }),
  )
  return client
}

export interface StdioClient {
  readonly client: Client
  readonly log: Lines
  readonly pid: number
}

/** A gateway as an agent starts it: a process of its own that the client speaks to over standard streams. */
export const stdioClient = async (words: readonly string[], options: ClientOptions = {}): Promise<StdioClient> => {
  const log = linesOf()
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [AMBIT, 'gateway', ...words],
    stderr: 'pipe',
  })
  transport.stderr?.on('data', (chunk: Buffer) => log.add(chunk.toString('utf8')))
  const client = newClient(options)
  await client.connect(transport)
  return { client, log, pid: transport.pid ?? 0 }
}

/** `ambit` as a person runs it. */
export const ambit = (...words: readonly string[]): Promise<{ code: number | null; stdout: string; stderr: string }> =>
  new Promise((resolve, reject) => {
    const child: ChildProcess = spawn(process.execPath, [AMBIT, ...words], { stdio: ['ignore', 'pipe', 'pipe'] })
    const text = { stdout: '', stderr: '' }
    child.stdout?.setEncoding('utf8').on('data', part => {
      text.stdout += part
    })
    child.stderr?.setEncoding('utf8').on('data', part => {
      text.stderr += part
    })
    child.once('error', reject)
    child.once('close', code => resolve({ code, ...text }))
  })

/** Ids of what is held, as `ambit approvals list` tells them, once there is something. */
export const heldCalls = async (at: string): Promise<readonly string[]> => {
  let ids: readonly string[] = []
  await expect
    .poll(
      async () => {
        const { stdout } = await ambit('approvals', 'list', '--at', at, '--format', 'json')
        const calls: unknown = stdout === '' ? [] : JSON.parse(stdout)
        ids = Array.isArray(calls) ? calls.map(({ call }) => String(call)) : []
        return ids.length
      },
      { timeout: 30_000, interval: 100 },
    )
    .toBeGreaterThan(0)
  return ids
}

/** What a tool error of the gateway says, as a program reads it. */
export const decisionOf = (result: unknown): Record<string, unknown> => {
  expect(result).toMatchObject({ isError: true, _meta: { 'ambit/decision': {} } })
  return (result as { _meta: Record<string, Record<string, unknown>> })._meta['ambit/decision'] ?? {}
}

export const textOf = (result: unknown): string =>
  (result as { content: { text?: string }[] }).content.map(({ text = '' }) => text).join('\n')
