/** A call and its answer are two records: in whatever order they come, they are one call that ended as its first answer says. */
import { describe, expect, test } from 'vitest'
import { createCollector, decodeRecord } from '../../core/pipeline.ts'

const line = (second: number, from: 'client' | 'server', message: object, session = 's-1') => ({
  timestamp: `2026-01-01T00:00:0${second}Z`,
  direction: from === 'client' ? 'client_to_server' : 'server_to_client',
  session,
  server: 'books',
  workload: 'agents/librarian',
  message: { jsonrpc: '2.0', id: 7, ...message },
})
const CALL = line(1, 'client', { method: 'tools/call', params: { name: 'renew', arguments: {} } })
const ANSWER = line(2, 'server', { result: { content: [{ type: 'text', text: 'done' }] } })

const collected = (records: readonly object[]) => {
  const collector = createCollector()
  for (const record of records) {
    const { source, items } = decodeRecord(record, { source: null, identities: new Map() })
    collector.add(source, items)
  }
  const { workloads, ledger } = collector.finish()
  return { observations: workloads.get('agents/librarian')?.observations ?? [], ledger: ledger[0] }
}

describe('answers of MCP', () => {
  test.each([
    ['call first', [CALL, ANSWER]],
    ['answer first', [ANSWER, CALL]],
  ])('%s: one call, with its end, outcome and result', (_name, records) => {
    const { observations, ledger } = collected(records)
    expect(observations).toHaveLength(1)
    expect(observations[0]).toMatchObject({ outcome: 'ok', result: [{ path: '', text: 'done' }] })
    expect((observations[0]?.end ?? 0) - (observations[0]?.start ?? 0)).toBe(1_000_000)
    expect(ledger).toMatchObject({ received: 2, accepted: 2, duplicate: 0, rejected: {} })
  })

  test('a second answer changes nothing, and an answer twice counts once', () => {
    const later = line(3, 'server', { error: { code: 1, message: 'permission denied' } })
    const { observations, ledger } = collected([later, CALL, ANSWER, ANSWER])
    expect(observations.map(({ outcome }) => outcome)).toEqual(['ok'])
    expect(ledger).toMatchObject({ received: 4, accepted: 3, duplicate: 1 })
  })

  test('an answer before the call, of another session or of another server is none of its', () => {
    const before = line(0, 'server', { result: {} })
    const other = line(2, 'server', { result: {} }, 's-2')
    const elsewhere = { ...ANSWER, server: 'files' }
    const { observations } = collected([CALL, before, other, elsewhere])
    expect(observations.map(({ outcome, end }) => [outcome, end])).toEqual([['unknown', null]])
  })
})
