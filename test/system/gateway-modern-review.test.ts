/** Held calls of clients that have no session: asked in rounds, answered elsewhere, given up; and rounds that are not what they seem. */

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Client, StreamableHTTPClientTransport, type Transport } from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'
import { afterEach, describe, expect, test } from 'vitest'
import { ambit, decisionOf, gatewayHere, heldCalls, type Place, textOf } from './gateway.ts'
import { answerOf, ENVELOPE, modernPlace, modernServer, post, written } from './modern.ts'
import { AMBIT } from './recording.ts'

const endings: Client[] = []
afterEach(async () => {
  for (const client of endings.splice(0)) await client.close()
})

const documentOf = async (place: Place, approvals: Readonly<Record<string, unknown>>) => ({
  policies: place.policies,
  workload: 'research/research-agent',
  servers: { new: await modernServer('stdio', place.files) },
  admin: { socket: place.socket },
  approvals,
})
type Document = Awaited<ReturnType<typeof documentOf>>

const overStreams = (place: Place, document: Document): Transport => {
  const config = join(place.folder, 'gateway.yaml')
  writeFileSync(config, JSON.stringify(document))
  const args = [AMBIT, 'gateway', '--config', config]
  return new StdioClientTransport({ command: process.execPath, args, stderr: 'ignore' })
}
const overHttp = async (_: Place, document: Document): Promise<Transport> =>
  new StreamableHTTPClientTransport((await gatewayHere(document)).url)

/** A client whose person says this, where it is asked at all. */
const clientOf = async (
  transport: Transport,
  decision: string | null,
): Promise<{ client: Client; asked: string[] }> => {
  const capabilities = decision === null ? {} : { elicitation: { form: {} } }
  const versionNegotiation = { mode: { pin: '2026-07-28' } } as const
  const client = new Client({ name: 'modern', version: '2' }, { capabilities, versionNegotiation })
  endings.push(client)
  const asked: string[] = []
  if (decision !== null)
    client.setRequestHandler('elicitation/create', ({ params }) => {
      asked.push(params.message)
      return decision === 'dismiss' ? { action: 'cancel' } : { action: 'accept', content: { decision } }
    })
  await client.connect(transport)
  return { client, asked }
}

const unusual = { name: 'write', arguments: { line: 'an unusual line' } }
const WAYS = [
  ['standard streams', overStreams],
  ['HTTP', overHttp],
] as const

describe.each(WAYS)('a held call over %s', { timeout: 60_000 }, (_, to) => {
  test('is put to the person behind the client, who approves: it runs once, and again without asking where a session is known', async () => {
    const place = modernPlace()
    const document = await documentOf(place, { elicitation: true })
    const { client, asked } = await clientOf(await to(place, document), 'approve')
    expect(textOf(await client.callTool(unusual))).toBe('written')
    expect(asked).toHaveLength(1)
    expect(asked[0]).toContain('An agent wants to call "write"')
    expect(written(place)).toBe('an unusual line\n')
    await client.callTool(unusual)
    // Over HTTP nobody says that the two belong together.
    expect(asked).toHaveLength(to === overHttp ? 2 : 1)
  })

  test('or refuses: nothing happens, and the agent hears that it was refused', async () => {
    const place = modernPlace()
    const { client } = await clientOf(await to(place, await documentOf(place, { elicitation: true })), 'refuse')
    expect(decisionOf(await client.callTool(unusual))).toMatchObject({ verdict: 'review', answer: 'refused' })
    expect(written(place)).toBe('')
  })

  test('of a client that cannot ask is approved on the command line, with signs of life until then', async () => {
    const place = modernPlace()
    const { client } = await clientOf(await to(place, await documentOf(place, { elicitation: true })), null)
    const signs: string[] = []
    const onprogress = ({ message = '' }: { message?: string | undefined }): void => void signs.push(message)
    const called = client.callTool(unusual, { onprogress })
    const [id = ''] = await heldCalls(place.socket)
    await ambit('approvals', 'approve', id, '--at', place.socket)
    expect(textOf(await called)).toBe('written')
    expect(signs[0]).toContain('a person has to decide')
    expect(written(place)).toBe('an unusual line\n')
  })

  test('that nobody answers in time, also where the question is dismissed, is refused', async () => {
    const place = modernPlace()
    const document = await documentOf(place, { elicitation: true, withinSeconds: 1 })
    const { client } = await clientOf(await to(place, document), 'dismiss')
    expect(decisionOf(await client.callTool(unusual))).toMatchObject({ answer: 'timed-out' })
    expect(written(place)).toBe('')
  })
})

describe('rounds over HTTP', { timeout: 60_000 }, () => {
  const meta = { ...ENVELOPE, 'io.modelcontextprotocol/clientCapabilities': { elicitation: {} } }
  const approving = (key: string, state: unknown) => ({
    requestState: state,
    inputResponses: { [key]: { action: 'accept', content: { decision: 'approve' } } },
  })
  const held = async () => {
    const place = modernPlace()
    const { url } = await gatewayHere(await documentOf(place, { elicitation: true, withinSeconds: 30 }))
    const first = await answerOf(post(url, 'tools/call', unusual, { meta }))
    expect(first.result).toMatchObject({ resultType: 'input_required', requestState: expect.any(String) })
    const [key = ''] = Object.keys(first.result.inputRequests ?? {})
    return { place, url, key, state: String(first.result.requestState) }
  }

  test('with other arguments, another state, or no result, are refused, and what was asked stays open', async () => {
    const { place, url, key, state } = await held()
    const again = (params: Readonly<Record<string, unknown>>) => answerOf(post(url, 'tools/call', params, { meta }))
    const other = { name: 'write', arguments: { line: 'something else' } }
    expect((await again({ ...other, ...approving(key, state) })).code).toBe(-32602)
    expect((await again({ ...unusual, ...approving(key, `${state}x`) })).code).toBe(-32602)
    expect((await again({ ...unusual, requestState: state, inputResponses: { [key]: 'approve' } })).code).toBe(-32602)
    expect((await again({ ...unusual, requestState: state, inputResponses: [] })).code).toBe(-32602)
    expect(written(place)).toBe('')
    const asked = await again({ ...unusual, requestState: state, inputResponses: { other: { action: 'accept' } } })
    expect(Object.keys(asked.result.inputRequests ?? {})).toEqual([key])
    const { result } = await again({ ...unusual, ...approving(key, asked.result.requestState) })
    expect(textOf(result)).toBe('written')
    expect(written(place)).toBe('an unusual line\n')
    // A state is used once.
    expect((await again({ ...unusual, ...approving(key, asked.result.requestState) })).code).toBe(-32602)
    expect(written(place)).toBe('an unusual line\n')
  })

  test('a call that was decided while its client was away is answered when it comes back, and runs no second time', async () => {
    const { place, url, key, state } = await held()
    const [id = ''] = await heldCalls(place.socket)
    await ambit('approvals', 'approve', id, '--at', place.socket)
    await expect.poll(() => written(place)).toBe('an unusual line\n')
    const late = await answerOf(post(url, 'tools/call', { ...unusual, ...approving(key, state) }, { meta }))
    expect(textOf(late.result)).toBe('written')
    expect(written(place)).toBe('an unusual line\n')
  })

  test('a client that closes the response has given the call up, and what a person says later changes nothing', async () => {
    const place = modernPlace()
    const { url } = await gatewayHere(await documentOf(place, { withinSeconds: 30 }))
    const gone = new AbortController()
    const called = post(url, 'tools/call', unusual, { signal: gone.signal })
    const [id = ''] = await heldCalls(place.socket)
    gone.abort()
    await expect(called).rejects.toThrow()
    await expect.poll(async () => (await ambit('approvals', 'approve', id, '--at', place.socket)).code).not.toBe(0)
    expect(written(place)).toBe('')
  })
})
