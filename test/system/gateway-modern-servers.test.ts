/**
 * A server that speaks 2026-07-28 alone, behind the gateway, for clients with sessions: it is found out that it refuses a handshake,
 * and everything that can be said in both eras is said in the other's words.
 */
import {
  ElicitRequestSchema,
  ListRootsRequestSchema,
  ResourceUpdatedNotificationSchema,
  ToolListChangedNotificationSchema,
} from '@modelcontextprotocol/sdk/types.js'
import { describe, expect, test } from 'vitest'
import { decisionOf, gatewayHere, httpClient, textOf } from './gateway.ts'
import { modernPlace, modernServer, written } from './modern.ts'

const started = async (how: 'stdio' | 'http', place = modernPlace()) => {
  const document = { policies: place.policies, servers: { new: await modernServer(how, place.files) } }
  return { place, ...(await gatewayHere(document)) }
}

describe.each(['stdio', 'http'] as const)('a server of 2026-07-28 alone, over %s, for a client with a session', how => {
  test('what the policy allows is listed and runs, what it denies has no effect', async () => {
    const { place, url } = await started(how)
    const client = await httpClient(url)
    expect(client.getServerVersion()).toMatchObject({ name: 'modern' })
    const { tools } = await client.listTools()
    expect(tools.map(({ name }) => name)).toContain('echo')
    expect(tools.map(({ name }) => name)).not.toContain('note')
    expect(textOf(await client.callTool({ name: 'echo', arguments: { text: 'hello' } }))).toBe('hello')
    expect(textOf(await client.callTool({ name: 'place', arguments: { region: 'Zürich ' } }))).toBe('Zürich ')
    expect(decisionOf(await client.callTool({ name: 'note', arguments: { note: 'x' } }))).toMatchObject({
      code: 'surface-unknown',
    })
    await client.ping()
    await client.setLoggingLevel('debug')
    const { contents } = await client.readResource({ uri: 'note://one' })
    expect(contents).toEqual([{ uri: 'note://one', text: 'the first note' }])
    expect(written(place)).toBe('')
  })

  test('hears from which client each call comes', async () => {
    const { url } = await started(how)
    const client = await httpClient(url, { capabilities: { roots: {} } })
    const said = textOf(await client.callTool({ name: 'who', arguments: {} }))
    expect(JSON.parse(said)).toMatchObject({
      'io.modelcontextprotocol/protocolVersion': '2026-07-28',
      'io.modelcontextprotocol/clientInfo': { name: 'test-client' },
      'io.modelcontextprotocol/clientCapabilities': { roots: {} },
    })
  })

  test('asks the client in rounds, and one call is decided and written once', async () => {
    const { place, url } = await started(how)
    const client = await httpClient(url, {
      capabilities: { elicitation: {}, roots: {} },
      prepare: made => {
        made.setRequestHandler(ElicitRequestSchema, () => ({ action: 'accept', content: { day: 'Monday' } }))
        made.setRequestHandler(ListRootsRequestSchema, () => ({ roots: [{ uri: 'file:///papers' }] }))
      },
    })
    expect(textOf(await client.callTool({ name: 'book', arguments: { what: 'a room' } }))).toBe(
      'a room on Monday in file:///papers',
    )
    expect(written(place)).toBe('a room on Monday\n')
  })

  test('what the client will not answer fails the call, and leaves nothing', async () => {
    const { place, url } = await started(how)
    const client = await httpClient(url)
    const book = client.callTool({ name: 'book', arguments: { what: 'a room' } })
    await expect(
      book.then(
        ({ isError }) => isError === true,
        () => true,
      ),
    ).resolves.toBe(true)
    expect(written(place)).toBe('')
  })

  test('progress, cancellation, changes', async () => {
    const { place, url } = await started(how)
    const heard: string[] = []
    const client = await httpClient(url, {
      prepare: made => {
        made.setNotificationHandler(ToolListChangedNotificationSchema, () => void heard.push('tools'))
        made.setNotificationHandler(ResourceUpdatedNotificationSchema, ({ params }) => void heard.push(params.uri))
      },
    })
    const steps: number[] = []
    const onprogress = ({ progress }: { progress: number }): void => void steps.push(progress)
    await client.callTool({ name: 'slow', arguments: { steps: 3 } }, undefined, { onprogress })
    expect(steps).toEqual([1, 2, 3])
    const controller = new AbortController()
    const slow = client.callTool({ name: 'slow', arguments: { steps: 50 } }, undefined, { signal: controller.signal })
    setTimeout(() => controller.abort(), 300)
    await expect(slow).rejects.toThrow()
    await expect.poll(() => written(place, 'cancelled.txt'), { timeout: 5_000 }).toBe('slow\n')
    await client.subscribeResource({ uri: 'note://one' })
    const note = async () => {
      await client.callTool({ name: 'echo', arguments: { text: 'the note changed' } })
      return heard
    }
    await expect.poll(note, { timeout: 10_000 }).toContain('note://one')
    await client.callTool({ name: 'more', arguments: {} })
    await expect.poll(() => heard, { timeout: 5_000 }).toContain('tools')
    const { tools } = await client.listTools()
    expect(tools.find(({ name }) => name === 'list')).not.toHaveProperty('outputSchema')
    expect(textOf(await client.callTool({ name: 'list', arguments: {} }))).toBe('["a","b"]')
  })
})
