/**
 * Clients and servers of both eras of MCP, before and behind the gateway: whoever speaks 2026-07-28 is served in it, whoever has a
 * session has one, and what the policy says holds for all of them.
 */

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Client, type ClientOptions, StreamableHTTPClientTransport, type Transport } from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'
import { afterEach, describe, expect, test } from 'vitest'
import { decisionOf, filesystemServer, gatewayHere, newPlace, type Place, textOf } from './gateway.ts'
import { modernPlace, modernServer, written } from './modern.ts'
import { AMBIT } from './recording.ts'

type Mode = 'auto' | 'legacy' | { readonly pin: string }
type Servers = Readonly<Record<string, Readonly<Record<string, unknown>>>>
const MODERN = { pin: '2026-07-28' } as const

const endings: Client[] = []
afterEach(async () => {
  for (const client of endings.splice(0)) await client.close()
})

const connected = async (transport: Transport, mode: Mode, options: ClientOptions = {}): Promise<Client> => {
  const client = new Client({ name: 'of-both-eras', version: '2' }, { ...options, versionNegotiation: { mode } })
  endings.push(client)
  if (options.capabilities?.elicitation !== undefined)
    client.setRequestHandler('elicitation/create', () => ({ action: 'accept', content: { day: 'Monday' } }))
  if (options.capabilities?.roots !== undefined)
    client.setRequestHandler('roots/list', () => ({ roots: [{ uri: 'file:///papers' }] }))
  await client.connect(transport)
  return client
}

const overStreams = (place: Place, servers: Servers): Transport => {
  const config = join(place.folder, 'gateway.yaml')
  writeFileSync(config, JSON.stringify({ policies: place.policies, workload: 'research/research-agent', servers }))
  return new StdioClientTransport({
    command: process.execPath,
    args: [AMBIT, 'gateway', '--config', config],
    stderr: 'ignore',
  })
}
const overHttp = async (place: Place, servers: Servers): Promise<Transport> =>
  new StreamableHTTPClientTransport((await gatewayHere({ policies: place.policies, servers })).url)

const FRONTS = [
  ['standard streams', overStreams],
  ['HTTP', overHttp],
] as const
const BACKS = ['stdio', 'http'] as const
const WAYS = FRONTS.flatMap(([name, to]) => BACKS.map(how => [name, how, to] as const))

const ABLE = { capabilities: { elicitation: { form: {} }, roots: {} } }

describe.each(WAYS)(
  'a client of 2026-07-28 over %s, before a server of the same over %s',
  { timeout: 60_000 },
  (_, how, to) => {
    const start = async (options: ClientOptions = {}) => {
      const place = modernPlace()
      const client = await connected(await to(place, { new: await modernServer(how, place.files) }), MODERN, options)
      return { place, client }
    }

    test('what the policy allows is listed and runs, what it denies has no effect', async () => {
      const { place, client } = await start()
      expect(client.getNegotiatedProtocolVersion()).toBe('2026-07-28')
      const { tools } = await client.listTools()
      expect(tools.map(({ name }) => name)).toContain('echo')
      expect(tools.map(({ name }) => name)).not.toContain('note')
      expect(textOf(await client.callTool({ name: 'echo', arguments: { text: 'hello' } }))).toBe('hello')
      expect(textOf(await client.callTool({ name: 'place', arguments: { region: 'Zürich' } }))).toBe('Zürich')
      expect(decisionOf(await client.callTool({ name: 'note', arguments: { note: 'x' } }))).toMatchObject({
        verdict: 'deny',
        code: 'surface-unknown',
      })
      expect(await client.readResource({ uri: 'note://one' })).toMatchObject({ contents: [{ text: 'the first note' }] })
      expect(written(place)).toBe('')
    })

    test('rounds of questions: one call, decided and written once', async () => {
      const { place, client } = await start(ABLE)
      expect(textOf(await client.callTool({ name: 'book', arguments: { what: 'a room' } }))).toBe(
        'a room on Monday in file:///papers',
      )
      expect(written(place)).toBe('a room on Monday\n')
    })

    test('progress, cancellation, and changes that are listened to', async () => {
      const { place, client } = await start()
      const heard: string[] = []
      client.setNotificationHandler('notifications/tools/list_changed', () => void heard.push('tools'))
      client.setNotificationHandler('notifications/resources/updated', ({ params }) => void heard.push(params.uri))
      const uris = { resourceSubscriptions: ['note://one'] }
      const listening = await client.listen({ toolsListChanged: true, promptsListChanged: true, ...uris })
      expect(listening.honoredFilter).toEqual({ toolsListChanged: true, ...uris })
      const steps: number[] = []
      const onprogress = ({ progress }: { progress: number }): void => void steps.push(progress)
      await client.callTool({ name: 'slow', arguments: { steps: 3 } }, { onprogress })
      expect(steps).toEqual([1, 2, 3])
      const controller = new AbortController()
      const slow = client.callTool({ name: 'slow', arguments: { steps: 50 } }, { signal: controller.signal })
      setTimeout(() => controller.abort(), 300)
      await expect(slow).rejects.toThrow()
      await expect.poll(() => written(place, 'cancelled.txt'), { timeout: 5_000 }).toBe('slow\n')
      const note = async () => {
        await client.callTool({ name: 'echo', arguments: { text: 'the note changed' } })
        return heard
      }
      await expect.poll(note, { timeout: 10_000 }).toContain('note://one')
      expect(heard).not.toContain('tools')
      await client.callTool({ name: 'more', arguments: {} })
      await expect.poll(() => heard, { timeout: 5_000 }).toContain('tools')
      await listening.close()
    })
  },
)

describe.each(FRONTS)('over %s', { timeout: 60_000 }, (_, to) => {
  test('a client of both eras is served in the new one before a server that has only sessions', async () => {
    const place = newPlace()
    const client = await connected(await to(place, { files: filesystemServer(place.files) }), 'auto')
    expect(client.getNegotiatedProtocolVersion()).toBe('2026-07-28')
    const call = (name: string, args: Record<string, unknown>) => client.callTool({ name, arguments: args })
    expect(textOf(await call('read_text_file', { path: join(place.files, 'a.txt') }))).toBe('the text of a')
    expect(decisionOf(await call('move_file', { source: 'a.txt', destination: 'b.txt' }))).toMatchObject({
      verdict: 'deny',
    })
  })

  test('a client that has only sessions is served in one before a server that has none', async () => {
    const place = modernPlace()
    const client = await connected(await to(place, { new: await modernServer('stdio', place.files) }), 'legacy', ABLE)
    expect(client.getNegotiatedProtocolVersion()).toBe('2025-11-25')
    expect(textOf(await client.callTool({ name: 'book', arguments: { what: 'a room' } }))).toBe(
      'a room on Monday in file:///papers',
    )
    expect(written(place)).toBe('a room on Monday\n')
  })

  test('servers of both eras side by side are one', async () => {
    const [place, old] = [modernPlace(), newPlace()]
    const servers = { new: await modernServer('http', place.files), files: filesystemServer(old.files) }
    const client = await connected(await to(place, servers), MODERN)
    const names = (await client.listTools()).tools.map(({ name }) => name)
    expect(names).toContain('new__echo')
    expect(textOf(await client.callTool({ name: 'new__echo', arguments: { text: 'both' } }))).toBe('both')
    expect(decisionOf(await client.callTool({ name: 'files__read_text_file', arguments: {} }))).toMatchObject({
      verdict: 'deny',
    })
  })
})
