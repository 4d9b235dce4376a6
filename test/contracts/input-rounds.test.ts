/** A modern server that asks by answering, as one that asks: what it may ask, how often, and what becomes of it. */
import { describe, expect, test } from 'vitest'
import { createInputRounds } from '../../io/mcp/input-rounds.ts'
import type { Json, RequestMessage, ResponseMessage } from '../../io/mcp/message.ts'

const CALL: RequestMessage = { jsonrpc: '2.0', id: 7, method: 'tools/call', params: { name: 'book' } }
const form = { method: 'elicitation/create', params: { message: 'When?' } }

const roundsOf = () => {
  const seen = {
    sent: [] as RequestMessage[],
    passed: [] as ResponseMessage[],
    asked: [] as (readonly [string, unknown, string])[],
    withdrawn: [] as string[],
  }
  const rounds = createInputRounds({
    send: message => void seen.sent.push(message),
    pass: response => void seen.passed.push(response),
    ask: (question, about, key) => void seen.asked.push([String(question.id), about, key]),
    withdraw: question => void seen.withdrawn.push(question),
  })
  const answers = (result: Json): boolean => rounds.received({ jsonrpc: '2.0', id: seen.sent.at(-1)?.id ?? 0, result })
  return { rounds, seen, answers }
}
const wants = (inputRequests: unknown, more: Json = {}): Json => ({
  resultType: 'input_required',
  inputRequests,
  ...more,
})

describe('rounds', () => {
  test('each question is asked under its own id, and the request goes again when all are answered, with its state', () => {
    const { rounds, seen, answers } = roundsOf()
    rounds.begin(CALL)
    expect(answers(wants({ day: form, where: { method: 'roots/list' } }, { requestState: 'one' }))).toBe(true)
    expect(seen.asked.map(([, about, key]) => [about, key])).toEqual([
      [7, 'day'],
      [7, 'where'],
    ])
    const [first = '', second = ''] = seen.asked.map(([id]) => id)
    rounds.answered({ jsonrpc: '2.0', id: first, result: { action: 'accept' } })
    expect(seen.sent).toHaveLength(1)
    rounds.answered({ jsonrpc: '2.0', id: second, result: { roots: [] } })
    const inputResponses = { day: { action: 'accept' }, where: { roots: [] } }
    expect(seen.sent[1]).toMatchObject({ params: { name: 'book', inputResponses, requestState: 'one' } })
    expect(seen.sent[1]?.id).not.toBe(7)
    answers({ resultType: 'complete', content: [] })
    expect(seen.passed).toMatchObject([{ id: 7, result: { content: [] } }])
  })

  test('a state alone is sent back after a pause; one that the server does not repeat is forgotten', async () => {
    const { rounds, seen, answers } = roundsOf()
    rounds.begin(CALL)
    answers({ resultType: 'input_required', requestState: 'busy' })
    await expect.poll(() => seen.sent.length).toBe(2)
    expect(seen.sent[1]?.params).toEqual({ name: 'book', requestState: 'busy' })
    answers(wants({ day: form }))
    rounds.answered({ jsonrpc: '2.0', id: seen.asked[0]?.[0] ?? '', result: {} })
    expect(seen.sent[2]?.params).toEqual({ name: 'book', inputResponses: { day: {} } })
  })

  test('a server that never has enough is stopped, and so is one that asks what nobody knows', () => {
    const endless = roundsOf()
    endless.rounds.begin(CALL)
    for (let round = 0; round < 30 && endless.seen.passed.length === 0; round++) {
      endless.answers(wants({ day: form }))
      endless.rounds.answered({ jsonrpc: '2.0', id: endless.seen.asked.at(-1)?.[0] ?? '', result: {} })
    }
    expect(endless.seen.passed).toMatchObject([{ id: 7, error: { code: -32603 } }])
    expect(endless.seen.sent.length).toBeLessThan(20)
    const many = Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`q${index}`, form]))
    const demands: readonly unknown[] = [{}, { x: { method: 'tools/call' } }, { x: 'elicitation/create' }, [form], many]
    for (const demand of demands) {
      const { rounds, seen, answers } = roundsOf()
      rounds.begin(CALL)
      answers(wants(demand))
      expect(seen.passed).toMatchObject([{ id: 7, error: { code: -32603 } }])
      expect(seen.asked).toEqual([])
    }
  })

  test('a client that does not answer fails the request, and the other questions are withdrawn; given up, all are', () => {
    const failing = roundsOf()
    failing.rounds.begin(CALL)
    failing.answers(wants({ day: form, where: { method: 'roots/list' } }))
    const error = { code: -32601, message: 'no roots here' }
    failing.rounds.answered({ jsonrpc: '2.0', id: failing.seen.asked[1]?.[0] ?? '', error })
    expect(failing.seen.passed).toMatchObject([{ id: 7, error: { message: expect.stringContaining('no roots here') } }])
    expect(failing.seen.withdrawn).toContain(failing.seen.asked[0]?.[0])
    const given = roundsOf()
    given.rounds.begin(CALL)
    expect(given.rounds.cancel(7)).toBe(7)
    given.rounds.begin(CALL)
    given.answers(wants({ day: form }))
    expect(given.rounds.cancel(7)).toBe(null)
    expect(given.seen.withdrawn).toEqual([given.seen.asked[0]?.[0]])
    given.rounds.answered({ jsonrpc: '2.0', id: given.seen.asked[0]?.[0] ?? '', result: {} })
    expect(given.seen.sent).toHaveLength(2)
    expect(given.seen.passed).toEqual([])
  })
})
