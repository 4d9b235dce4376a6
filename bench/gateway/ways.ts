/** The ways in which the same call reaches the same server: each in processes of its own, all of them alive at the same time. */
import { writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { freePort } from './free-port.ts'
import { httpWire } from './http-wire.ts'
import { AMBIT, type Place, WORKLOAD } from './place.ts'
import type { Era, Wire } from './rpc.ts'
import { stdioWire } from './stdio-wire.ts'

export interface Way {
  readonly name: string
  readonly transport: 'stdio' | 'HTTP'
  /** The pass-through proxy that everything else on its transport is compared with. */
  readonly isProxy: boolean
  /** Of the client in front; the server behind is one with a handshake. */
  readonly era: Era
  readonly open: (place: Place) => Promise<Wire>
}

/** A pass-through proxy that people run, as they get it. */
const PEER = createRequire(import.meta.url).resolve('mcp-proxy/dist/bin/mcp-proxy.mjs')

const programOf = (name: string): string => fileURLToPath(new URL(`./${name}.js`, import.meta.url))

const gatewayWords = (place: Place, name: string, listen: unknown, receipts: boolean): readonly string[] => {
  const file = join(place.folder, `${name}.yaml`)
  const [command, ...args] = place.server
  const log = {
    folder: join(place.folder, `${name}-receipts`),
    signingKey: join(place.keys, 'signing-key.pem'),
    digestKey: join(place.keys, 'digest-key'),
    allows: true,
  }
  const document = {
    policies: place.policies,
    workload: WORKLOAD,
    servers: { files: { command, args } },
    listen,
    ...(receipts ? { receipts: log } : {}),
  }
  writeFileSync(file, JSON.stringify(document))
  return [process.execPath, AMBIT, 'gateway', '--config', file]
}

const overStdio = (
  name: string,
  words: (place: Place) => readonly string[],
  isProxy = false,
  era: Era = 'legacy',
): Way => ({
  name,
  transport: 'stdio',
  isProxy,
  era,
  open: place => stdioWire(words(place), era),
})

const gatewayOverHttp = (name: string, receipts: boolean, era: Era = 'legacy'): Way => ({
  name,
  transport: 'HTTP',
  isProxy: false,
  era,
  open: place => {
    const words = gatewayWords(place, name.replace(/\W/g, '-'), { port: 0 }, receipts)
    return httpWire(words, 'stderr', /"event":"listening".*?"port":(\d+)/, era)
  },
})

export const DIRECT = 'direct'

export const WAYS: readonly Way[] = [
  overStdio(DIRECT, ({ server }) => server),
  overStdio('pipe', ({ server }) => [process.execPath, programOf('relay'), 'lines', ...server]),
  overStdio('proxy', ({ server }) => [process.execPath, programOf('relay'), 'messages', ...server], true),
  overStdio('recorder', ({ server, folder }) => [
    ...[process.execPath, AMBIT, 'record', '--mcp', '--out', join(folder, 'again.jsonl'), '--', ...server],
  ]),
  overStdio('gateway', place => gatewayWords(place, 'stdio-plain', 'stdio', false)),
  overStdio('gateway, 2026-07-28', place => gatewayWords(place, 'stdio-modern', 'stdio', false), false, 'modern'),
  overStdio('gateway, every call recorded', place => gatewayWords(place, 'stdio-recorded', 'stdio', true)),
  {
    name: 'proxy over HTTP',
    transport: 'HTTP',
    isProxy: true,
    era: 'legacy',
    open: ({ server }) => httpWire([process.execPath, programOf('http-relay'), ...server], 'stdout', /^(\d+)\n/),
  },
  {
    name: '`mcp-proxy` over HTTP',
    transport: 'HTTP',
    isProxy: false,
    era: 'legacy',
    open: async ({ server }) => {
      const words = [PEER, '--host', '127.0.0.1', '--port', String(await freePort()), '--server', 'stream', '--']
      return httpWire([process.execPath, ...words, ...server], 'stdout', /server on port (\d+)/)
    },
  },
  gatewayOverHttp('gateway over HTTP', false),
  gatewayOverHttp('gateway over HTTP, 2026-07-28', false, 'modern'),
  gatewayOverHttp('gateway over HTTP, every call recorded', true),
]
