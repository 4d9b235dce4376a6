/** In which era a server behind the gateway is spoken to: its client's first, then the other; what is learned of it, and what is not. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createUpstream, type ServerSpec } from '../../apps/gateway/upstream.ts'
import type { Era } from '../../io/mcp/eras.ts'
import type { LinkEvents } from '../../io/mcp/link.ts'
import { type Json, own, type ResponseMessage } from '../../io/mcp/message.ts'

/** `null`: no answer; `ends`: it is gone. */
type Reaction = Json | null | 'ends'

const HELLO = { protocolVersion: '2025-11-25', capabilities: {}, serverInfo: { name: 'old', version: '1' } }
const DISCOVERED = {
  resultType: 'complete',
  supportedVersions: ['2026-07-28'],
  capabilities: {},
  _meta: { 'io.modelcontextprotocol/serverInfo': { name: 'new', version: '1' } },
}
const UNKNOWN = { error: { code: -32601, message: 'unknown method' } }
const NAMED = { error: { code: -32022, message: 'unsupported', data: { supported: ['2026-07-28'] } } }

const world = (reactions: Readonly<Record<string, Reaction>>) => {
  const asked: string[] = []
  const closed: Era[] = []
  const spec: ServerSpec = {
    name: 'one',
    prefix: '',
    server: null,
    refuses: new Set(),
    connect: (events: LinkEvents, era) => ({
      send: message => {
        if (message.id === undefined) return
        asked.push(`${era} ${String(message.method)}`)
        const reaction = reactions[String(message.method)] ?? null
        if (reaction === 'ends') queueMicrotask(() => events.closed('it ended'))
        else if (reaction !== null) {
          const response: ResponseMessage = { jsonrpc: '2.0', id: message.id as number, ...reaction }
          queueMicrotask(() => events.message({ kind: 'response', message: response }))
        }
      },
      pause: () => undefined,
      resume: () => undefined,
      close: async () => void closed.push(era),
    }),
  }
  const upstreamOf = (era: Era) =>
    createUpstream({
      spec,
      log: () => undefined,
      now: () => 0,
      era,
      retryStart: false,
      events: {
        request: () => undefined,
        notification: () => undefined,
        restarted: () => undefined,
        ready: () => undefined,
      },
    })
  const begun = async (era: Era) => {
    const upstream = upstreamOf(era)
    const start = () =>
      new Promise<ResponseMessage>(resolve =>
        upstream.start({ protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'c' } }, resolve),
      )
    return { upstream, start, response: await start() }
  }
  return { asked, closed, spec, begun }
}

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

describe('a server', () => {
  test('is asked in the era of its client, and not in another where it answers', async () => {
    const dual = { initialize: { result: HELLO }, 'server/discover': { result: DISCOVERED } }
    const [old, modern] = [world(dual), world(dual)]
    expect((await old.begun('legacy')).upstream.serverName()).toBe('old')
    expect(old.asked).toEqual(['legacy initialize'])
    expect((await modern.begun('modern')).upstream.serverName()).toBe('new')
    expect(modern.asked).toEqual(['modern server/discover'])
  })

  test('that refuses it is asked in the other, and no client asks it so again', async () => {
    const only = world({ initialize: NAMED, 'server/discover': { result: DISCOVERED } })
    const { upstream, response } = await only.begun('legacy')
    expect(upstream.serverName()).toBe('new')
    // As an answer to `initialize`, in the version that was asked for.
    expect(response).toMatchObject({ result: { protocolVersion: '2025-11-25' } })
    expect(only.closed).toEqual(['legacy'])
    await only.begun('legacy')
    expect(only.asked).toEqual(['legacy initialize', 'modern server/discover', 'modern server/discover'])
    const old = world({ initialize: { result: HELLO }, 'server/discover': UNKNOWN })
    expect((await old.begun('modern')).upstream.serverName()).toBe('old')
  })

  test('that says nothing to what it does not know, or ends of it, is asked in the old one', async () => {
    const silent = world({ initialize: { result: HELLO } })
    const asking = silent.begun('modern')
    await vi.advanceTimersByTimeAsync(20_000)
    expect((await asking).upstream.serverName()).toBe('old')
    const fragile = world({ initialize: { result: HELLO }, 'server/discover': 'ends' })
    expect((await fragile.begun('modern')).upstream.serverName()).toBe('old')
    await vi.advanceTimersByTimeAsync(60_000)
    expect(fragile.asked).toEqual(['modern server/discover', 'legacy initialize'])
  })

  test('that ends before it was asked anything new says nothing of its era', async () => {
    const ending = world({ initialize: 'ends', 'server/discover': { result: DISCOVERED } })
    const { response } = await ending.begun('legacy')
    expect(response).toMatchObject({ error: { code: -32000 } })
    expect(ending.asked).toEqual(['legacy initialize'])
    expect(ending.spec.refuses.size).toBe(0)
  })

  test('that refuses both tells its client what it said of the client’s own, and is begun anew by who asks next', async () => {
    const own403 = { error: { code: 403, message: 'not you' } }
    const neither = world({ initialize: own403, 'server/discover': UNKNOWN })
    const { response, start } = await neither.begun('legacy')
    expect(response).toMatchObject({ error: { code: 403 } })
    expect(own(await start(), 'error')).toMatchObject({ code: 403 })
    expect(neither.asked).toHaveLength(4)
    expect(neither.closed).toHaveLength(4)
  })

  test('that is only slow to start in its own era is waited for, the next time', async () => {
    const reactions: Record<string, Reaction> = { initialize: NAMED, 'server/discover': null }
    const slow = world(reactions)
    const asking = slow.begun('modern')
    await vi.advanceTimersByTimeAsync(20_000)
    expect((await asking).response).toMatchObject({ error: { code: -32022 } })
    const again = slow.begun('modern')
    await vi.advanceTimersByTimeAsync(120_000)
    expect(slow.asked).toEqual(['modern server/discover', 'legacy initialize', 'modern server/discover'])
    void again
  })
})
