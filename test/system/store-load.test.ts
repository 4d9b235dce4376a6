/**
 * Files that a store reads itself, by several threads: it comes to what memory comes to, also where sessions are spread over all parts, where
 * a kernel saw something in their pods, and where threads end.
 */
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import { describe, expect, test } from 'vitest'
import { decodeRecord, FOLDING, UNRECOGNIZED } from '../../core/pipeline.ts'
import { cutText } from '../../io/evidence/cut-text.ts'
import { recordsInPart } from '../../io/evidence/part-records.ts'
import type { FilePart } from '../../io/evidence/read-records.ts'
import type { EvidenceStore } from '../../io/store/evidence-store.ts'
import type { Load, LoadedPart } from '../../io/store/load.ts'
import { createMemoryStore } from '../../io/store/memory-store.ts'
import { profileText } from '../contracts/evidence-line.ts'
import { embeddedForAll, emptied } from './embedded-engine.ts'

const THREAD = fileURLToPath(new URL('../../dist/apps/cli/load-thread.js', import.meta.url))
const OPTIONS = { source: null, identities: new Map() }

/** So little that threads fold while they load. */
const KEPT = { weight: 8_000, rows: 30 }
const PART = 2_000

const { engine } = embeddedForAll()

const attribute = (key: string, value: string) => ({ key, value: { stringValue: value } })

/** A trace's id is its session's number. */
const span = (session: number, call: number): string =>
  JSON.stringify({
    resourceSpans: [
      {
        resource: {
          attributes: [
            attribute('service.name', `agent-${session % 2}`),
            attribute('k8s.namespace.name', 'a'),
            attribute('k8s.pod.name', `pod-${session}`),
          ],
        },
        scopeSpans: [
          {
            spans: [
              {
                traceId: (session + 1).toString(16).padStart(32, '0'),
                spanId: (session * 1_000 + call + 1).toString(16).padStart(16, '0'),
                name: 'execute_tool read',
                startTimeUnixNano: String(
                  1_770_000_000_000_000_000n + BigInt(session * 60_000 + call * 1_000) * 1_000_000n,
                ),
                endTimeUnixNano: String(
                  1_770_000_000_000_000_000n + BigInt(session * 60_000 + call * 1_000 + 500) * 1_000_000n,
                ),
                attributes: [
                  attribute('gen_ai.operation.name', 'execute_tool'),
                  attribute('gen_ai.tool.name', call % 3 === 0 ? 'list' : 'read'),
                  attribute('gen_ai.tool.call.arguments', JSON.stringify({ path: `papers/${session}-${call % 4}.md` })),
                  attribute('gen_ai.tool.call.result', `Read paper ${call} of\nthe session ${session}`),
                ],
              },
            ],
          },
        ],
      },
    ],
  })

/** Spans of all sessions in turns, some twice, with what is no evidence between. */
const lines = (sessions: number, calls: number): readonly string[] =>
  Array.from({ length: calls }, (_, call) =>
    Array.from({ length: sessions }, (_, session) => span(session, call)).concat(
      call % 5 === 0 ? ['{"nothing": 1}', 'prose', span(0, call)] : [],
    ),
  ).flat()

async function* partsOf(text: readonly string[]): AsyncGenerator<FilePart> {
  const pieces = (async function* () {
    yield { bytes: new TextEncoder().encode(text.join('\n')) }
  })()
  for await (const part of cutText(pieces, PART)) yield { file: 'evidence.jsonl', part }
}

const told = async (store: EvidenceStore) => {
  const { workloads, ledger, profile } = await store.read()
  const profiles = await Promise.all(workloads.map(profile))
  return { ledger, profiles: profiles.map(found => (found === null ? null : profileText(found))) }
}

const inMemory = async (text: readonly string[]) => {
  const memory = createMemoryStore(FOLDING)
  let index = 0
  for await (const { part } of partsOf(text))
    for (const split of recordsInPart(part)) {
      index += 1
      const record =
        'record' in split
          ? decodeRecord(split.record, OPTIONS)
          : {
              source: UNRECOGNIZED,
              items: [{ kind: 'rejected' as const, reason: split.problem, detail: split.detail }],
            }
      await memory.append({ id: `record-${index}`, records: [record] })
    }
  return told(memory)
}

const loadOf = (
  text: readonly string[],
  startThread: () => Worker,
  threads: number,
  more: Partial<Load> = {},
): Load => ({
  decode: record => decodeRecord(record, OPTIONS),
  unread: UNRECOGNIZED,
  parts: partsOf(text),
  startThread,
  threads,
  loaded: () => undefined,
  ...more,
})

const loading = async (
  text: readonly string[],
  startThread: () => Worker,
  threads: number,
  more: Partial<Load> = {},
): Promise<{ readonly store: EvidenceStore; readonly loaded: readonly LoadedPart[] }> => {
  const store = await emptied(engine(), undefined, { kept: KEPT })
  const loaded: LoadedPart[] = []
  await store.load?.(loadOf(text, startThread, threads, { loaded: part => loaded.push(part), ...more }))
  return { store, loaded }
}

const start = (): Worker => new Worker(THREAD, { workerData: OPTIONS })

describe('loading', () => {
  test.each([1, 2, 3])(
    'by %i threads comes to what memory comes to',
    async threads => {
      const text = lines(7, 20)
      const { store, loaded } = await loading(text, start, threads)
      // What came whole was folded before anybody read, and from all threads' parts: sessions stand in all of them.
      const folds = await engine().rows<{ readonly unit: string; readonly seen: string }>(
        'SELECT unit, toString(seen) AS seen FROM folds',
      )
      expect(folds.length).toBeGreaterThan(0)
      expect(await told(store)).toEqual(await inMemory(text))
      expect(loaded.reduce((sum, { records }) => sum + records, 0)).toBe(text.length)
      const [first] = loaded.flatMap(({ noted }) => noted)
      expect(first).toMatchObject({ reason: 'unknown-source', place: 'evidence.jsonl:8' })
    },
    60_000,
  )

  test('the same again counts once', async () => {
    const text = lines(5, 12)
    const { store } = await loading(text, start, 2)
    const once = await told(store)
    await store.load?.(loadOf(text, start, 2))
    const twice = await told(store)
    const counts = ({ ledger }: typeof once) =>
      ledger.map(({ source, accepted, rejected }) => ({ source, accepted, rejected }))
    expect(counts(twice)).toEqual(counts(once))
    expect(twice.ledger.map(({ received }) => received)).toEqual(once.ledger.map(({ received }) => 2 * received))
  }, 60_000)

  test('files that cannot be read on end it, and what the store did not take too', async () => {
    const text = lines(7, 20)
    const failing = async function* (): AsyncGenerator<FilePart> {
      let count = 0
      for await (const part of partsOf(text)) {
        count += 1
        if (count === 8) throw new Error('the disk is gone')
        yield part
      }
    }
    await expect(loading(text, start, 2, { parts: failing() })).rejects.toThrow('the disk is gone')
    const full = { ...engine(), insertWritten: () => Promise.reject(new Error('no space')) }
    const { createClickhouseStore } = await import('../../io/store/clickhouse/clickhouse-store.ts')
    const store = createClickhouseStore(full, FOLDING, Date.now)
    await expect(store.load?.(loadOf(text, start, 2))).rejects.toThrow('no space')
  }, 60_000)
})
