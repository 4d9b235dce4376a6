/**
 * Clients of the protocol's version without sessions (2026-07-28) before the gateway, which speaks those with sessions: the official
 * client asks `server/discover` first, hears that nobody knows it, and begins a session. One that will not is told so.
 */
import { join } from 'node:path'
import { Client, StreamableHTTPClientTransport, type Transport } from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'
import { describe, expect, test } from 'vitest'
import { contents, decisionOf, filesystemServer, gatewayHere, newPlace, type Place } from './gateway.ts'
import { AMBIT } from './recording.ts'

type Mode = 'auto' | { readonly pin: string }

const connected = async (transport: Transport, mode: Mode): Promise<Client> => {
  const client = new Client({ name: 'of-both-eras', version: '2' }, { versionNegotiation: { mode } })
  await client.connect(transport)
  return client
}

const overStreams = (place: Place): Transport => {
  const { command, args } = filesystemServer(place.files)
  const words = ['gateway', '--policy', place.policies, '--', command, ...args]
  return new StdioClientTransport({ command: process.execPath, args: [AMBIT, ...words], stderr: 'ignore' })
}

const overHttp = async (place: Place): Promise<Transport> => {
  const document = { policies: place.policies, servers: { files: filesystemServer(place.files) } }
  return new StreamableHTTPClientTransport((await gatewayHere(document)).url)
}

const ways: readonly (readonly [string, (place: Place) => Transport | Promise<Transport>])[] = [
  ['standard streams', overStreams],
  ['HTTP', overHttp],
]

describe.each(ways)('over %s', { timeout: 60_000 }, (_, transportTo) => {
  test('a client of both eras begins a session: what is allowed runs, what is denied does not', async () => {
    const place = newPlace()
    const before = contents(place.files)
    const client = await connected(await transportTo(place), 'auto')
    expect(client.getNegotiatedProtocolVersion()).toBe('2025-11-25')
    const call = (name: string, args: Record<string, unknown>) => client.callTool({ name, arguments: args })
    expect(await call('read_text_file', { path: join(place.files, 'a.txt') })).toMatchObject({
      content: [{ type: 'text', text: 'the text of a' }],
    })
    const moved = await call('move_file', { source: 'a.txt', destination: 'b.txt' })
    expect(decisionOf(moved)).toMatchObject({ verdict: 'deny', code: 'surface-unknown' })
    expect(contents(place.files)).toEqual(before)
    await client.close()
  })

  test('one that speaks no version with sessions is not served, and hears why', async () => {
    const transport = await transportTo(newPlace())
    await expect(connected(transport, { pin: '2026-07-28' })).rejects.toThrow('2026-07-28')
    await transport.close()
  })
})
