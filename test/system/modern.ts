/** What the tests of the modern era share: a server that speaks it alone, and a policy for its tools. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach } from 'vitest'
import type { DerivedPolicy } from '../../core/model/policy.ts'
import type { PermissionSketch } from '../contracts/policy-of.ts'
import { newPlace, type Place, sealed } from './gateway.ts'

const PROGRAM = fileURLToPath(new URL('../../dist/test/system/modern-server-process.js', import.meta.url))

const endings: ChildProcess[] = []
afterEach(() => {
  for (const child of endings.splice(0)) child.kill('SIGKILL')
})

/** As `gateway.yaml` names it; over HTTP it is started here. */
export const modernServer = async (
  how: 'stdio' | 'http',
  folder: string,
): Promise<Readonly<Record<string, unknown>>> => {
  if (how === 'stdio') return { command: process.execPath, args: [PROGRAM, 'stdio', folder] }
  const child = spawn(process.execPath, [PROGRAM, 'http', folder], { stdio: ['ignore', 'pipe', 'inherit'] })
  endings.push(child)
  const [said] = await once(child.stdout, 'data')
  return { url: String(said).trim() }
}

const ANY = { kind: 'any' } as const
const tool = (action: string, ...args: readonly string[]): PermissionSketch => ({
  substrate: 'tool',
  action,
  allow: Object.fromEntries([...args.map(name => [`tool.args.${name}`, ANY]), ['tool.server', ANY]]),
})

/** Everything but `write`, which is for a person; `note` is denied, since no permission names it unless `more` does. */
const modernPolicy = (...more: readonly PermissionSketch[]): DerivedPolicy =>
  sealed([
    tool('echo', 'text'),
    tool('place', 'region'),
    tool('who'),
    tool('book', 'what'),
    tool('slow', 'steps'),
    tool('more'),
    tool('list'),
    {
      substrate: 'tool',
      action: 'write',
      allow: { 'tool.args.line': { kind: 'set', values: ['a usual line'] }, 'tool.server': ANY },
      review: { 'tool.args.line': ANY },
    },
    ...more,
  ])

export const modernPlace = (policy = modernPolicy()): Place => {
  const place = newPlace(() => policy)
  mkdirSync(place.files, { recursive: true })
  return place
}

/** What its tools did, as far as it can be seen from outside. */
export const written = ({ files }: Place, name = 'written.txt'): string => {
  const file = join(files, name)
  return existsSync(file) ? readFileSync(file, 'utf8') : ''
}

export const ENVELOPE = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientInfo': { name: 'raw', version: '1' },
  'io.modelcontextprotocol/clientCapabilities': {},
}

type Fields = Readonly<Record<string, unknown>>
let ids = 0

/** One modern request as it travels, with the headers that belong to it; `meta`, `headers` and `body` say otherwise. */
export const post = (
  url: URL,
  method: string,
  params: Fields,
  more: {
    readonly meta?: Fields
    readonly headers?: Readonly<Record<string, string>>
    readonly signal?: AbortSignal
  } = {},
): Promise<Response> => {
  const name = params.name ?? params.uri
  const { meta = ENVELOPE, headers = {}, signal = null } = more
  return fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'mcp-protocol-version': '2026-07-28',
      'mcp-method': method,
      ...(typeof name === 'string' ? { 'mcp-name': name } : {}),
      ...headers,
    },
    body: JSON.stringify({ jsonrpc: '2.0', id: ++ids, method, params: { ...params, _meta: meta } }),
    signal,
  })
}

interface Answer {
  readonly status: number
  readonly code: number | null
  readonly result: Record<string, never>
}

/** The last message of the response, whether it came as JSON or on a stream. */
export const answerOf = async (asked: Promise<Response>): Promise<Answer> => {
  const response = await asked
  const text = await response.text()
  const last = text.startsWith('{')
    ? text
    : (
        text
          .split('\n')
          .filter(line => line.startsWith('data: '))
          .pop() ?? ''
      ).slice(6)
  const { error, result = {} } = JSON.parse(last)
  return { status: response.status, code: error?.code ?? null, result }
}
