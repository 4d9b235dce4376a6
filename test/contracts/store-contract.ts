/**
 * What every store of evidence keeps: the profiles, the ledger and the policies that the same items give in memory, in whatever
 * batches, order and number of copies they come, and however often the store is read in between.
 */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Mark } from '../../core/model/mark.ts'
import type { Profile } from '../../core/model/profile.ts'
import { workloadKey } from '../../core/model/workload.ts'
import { derivePolicy, FOLDING } from '../../core/pipeline.ts'
import type { Decoded } from '../../io/store/decoded.ts'
import { eachProfile } from '../../io/store/each-profile.ts'
import type { Batch, EvidenceStore } from '../../io/store/evidence-store.ts'
import { createMemoryStore } from '../../io/store/memory-store.ts'
import { manyWorkloads } from '../system/many-workloads.ts'
import { arbitraryFeed, type Fed } from './arbitrary-evidence.ts'
import { arbitraryJoins } from './arbitrary-joins.ts'
import { decisionsFor, profileText } from './evidence-line.ts'

/** A feed cut into batches, each item of it with its source. */
const batchesOf = (feed: readonly Fed[], cuts: readonly number[], name: string): readonly Batch[] => {
  const batches: Batch[] = []
  let rest = feed
  for (let index = 0; rest.length > 0; index++) {
    const size = 1 + ((cuts[index % Math.max(1, cuts.length)] ?? 7) % 40)
    batches.push({
      id: `${name}-${index}`,
      records: rest.slice(0, size).map(({ source, item }) => ({ source, items: [item] })),
    })
    rest = rest.slice(size)
  }
  return batches
}

/** The feed as two numbered streams, each with its end. */
const numbered = (feed: readonly Fed[]): readonly Fed[] => {
  const last = [0, 0]
  const positions = feed.map((_, index) => {
    const stream = index % 3 === 0 ? 1 : 0
    last[stream] = (last[stream] ?? 0) + 1
    return { stream: `stream-${stream}`, sequence: last[stream] }
  })
  const items = feed.map(({ source, item }, index): Fed => {
    const position = positions[index] ?? { stream: '', sequence: 0 }
    const isRefused = index % 7 === 6
    return isRefused
      ? { source: 'ambit', item: { kind: 'rejected', reason: 'missing-field', detail: '', position } }
      : { source, item: { ...item, position } }
  })
  const ends = last.map((sequence, index): Fed => {
    const position = { stream: `stream-${index}`, sequence: sequence + 1 }
    return { source: 'ambit', item: { kind: 'end', id: `end-${index}`, source: 'ambit', position } }
  })
  // The streams are one source's: a number is missing of a stream, whatever the record was.
  return [...items, ...ends].map(({ item }) => ({ source: 'ambit', item }))
}

interface Loss {
  readonly dropped: number
  readonly again: number
  readonly turn: number
}

const arbitraryLoss: fc.Arbitrary<Loss> = fc.record({ dropped: fc.nat(40), again: fc.nat(40), turn: fc.nat(200) })

/** Drops one, sends one again, and begins elsewhere; beyond the feed nothing happens. */
const withLoss = (feed: readonly Fed[], { dropped, again, turn }: Loss): readonly Fed[] => {
  const left = feed.filter((_, index) => index !== dropped)
  const more = [...left, ...left.filter((_, index) => index === again)]
  return [...more.slice(turn % more.length), ...more.slice(0, turn % more.length)]
}

interface Told {
  readonly ledger: unknown
  readonly profiles: readonly string[]
  readonly policies: readonly string[]
}

/** Everything that a store says, as text. */
const toldBy = async (store: EvidenceStore): Promise<Told> => {
  const reading = await store.read()
  const { workloads, ledger, profile } = reading
  const profiles = await Promise.all(workloads.map(profile))
  const texts = (all: readonly (Profile | null)[]) => all.map(own => own && profileText(own))
  // Alone or together with others, a workload is what it is.
  const together: (Profile | null)[] = []
  for await (const own of eachProfile(reading, FOLDING, workloads, null)) together.push(own.profile)
  expect(texts(together)).toEqual(texts(profiles))
  return {
    ledger,
    profiles: profiles.map((found, index) => {
      const { namespace, name } = workloads[index] ?? { namespace: '', name: '' }
      return found === null ? 'none' : `${workloadKey({ namespace, name })} ${profileText(found)}`
    }),
    policies: profiles.map(found => (found === null ? 'none' : derivePolicy(found, decisionsFor('structural')).digest)),
  }
}

const inMemory = async (batches: readonly Batch[]): Promise<Told> => {
  const store = createMemoryStore(FOLDING)
  for (const batch of batches) await store.append(batch)
  return toldBy(store)
}

/** An engine answers each of many questions: milliseconds. */
const LONG = 240_000

export const storeContract = (
  name: string,
  /** An empty store; it may be one that was used before and was emptied. */
  empty: () => Promise<EvidenceStore>,
  runs: number,
): void => {
  describe(`${name}: a store of evidence`, () => {
    test('is empty until something is appended', async () => {
      const { workloads, ledger, profile } = await (await empty()).read()
      expect({ workloads, ledger }).toEqual({ workloads: [], ledger: [] })
      expect(await profile({ namespace: 'agents', name: 'nobody' })).toBeNull()
    })

    test('knows how far each reader has read each file, as it was told last', async () => {
      const store = await empty()
      const at = (offset: number) => [{ identity: '1:2', mark: 'm', offset, lines: 1 }]
      expect(await store.bookmarks('a')).toEqual(new Map())
      await store.bookmark(
        'a',
        new Map([
          ['/x', at(1)],
          ['/y', []],
        ]),
      )
      await store.bookmark('b', new Map([['/x', at(2)]]))
      await store.bookmark('a', new Map([['/x', [...at(3), ...at(4)]]]))
      expect(await store.bookmarks('b')).toEqual(new Map([['/x', at(2)]]))
      await store.prune('2099-01-01')
      expect(await store.bookmarks('a')).toEqual(
        new Map([
          ['/x', [...at(3), ...at(4)]],
          ['/y', []],
        ]),
      )
    })

    test('remembers what was derived into which place, as it was told last', async () => {
      const store = await empty()
      const made = (from: string) => ({ from, files: 'f', told: '{"permissions":1,"text":"it\\u0027s\\n"}' })
      await store.derived(
        '/a',
        new Map([
          ['agents/x', made('1')],
          ['agents/y', made('1')],
        ]),
      )
      await store.derived('/b', new Map([['agents/x', made('2')]]))
      await store.derived('/a', new Map([['agents/x', made('3')]]))
      await store.prune('2099-01-01')
      expect(await store.derivations('/a')).toEqual(
        new Map([
          ['agents/x', made('3')],
          ['agents/y', made('1')],
        ]),
      )
      expect(await store.derivations('/b')).toEqual(new Map([['agents/x', made('2')]]))
      expect(await store.derivations('/c')).toEqual(new Map())
    })

    test('counts what was lost of some workloads against those alone', async () => {
      const lost = (id: string, count: number | null, workloads?: readonly string[]): Decoded => ({
        source: 'ambit',
        items: [
          { kind: 'loss', id, source: 'ambit', count, detail: '', ...(workloads === undefined ? {} : { workloads }) },
        ],
      })
      const names = ['worker-0000', 'worker-0001', 'worker-0002']
      const records = [
        ...manyWorkloads(names.length),
        lost('a', 2),
        lost('b', null, ['agents/worker-0001']),
        lost('b', null, ['agents/worker-0001']),
        lost('c', 5, ['agents/worker-0002', 'bank/*']),
        lost('d', 7, ['bank/*']),
      ]
      for (const order of [records, records.toReversed()]) {
        const store = await empty()
        for (const [index, record] of order.entries()) await store.append({ id: `lost-${index}`, records: [record] })
        const { workloads, ledger, profile } = await store.read()
        expect(ledger).toEqual([
          {
            source: 'ambit',
            received: 8,
            accepted: 7,
            duplicate: 1,
            rejected: {},
            lost: 2,
            lostOf: [
              { workloads: ['agents/worker-0001'], lost: null },
              { workloads: ['agents/worker-0002', 'bank/*'], lost: 5 },
              { workloads: ['bank/*'], lost: 7 },
            ],
          },
        ])
        const own = await Promise.all(workloads.map(profile))
        expect(own.map(found => found?.ledger.map(({ lost, lostOf }) => [lost, lostOf]))).toEqual([
          [[2, undefined]],
          [[null, undefined]],
          [[7, undefined]],
        ])
      }
    })

    test('counts what was rejected once where its record has a name, in whatever batch it comes', async () => {
      const store = await empty()
      const rejected = (name: string): Decoded => ({
        source: 'ambit',
        items: [{ kind: 'rejected', reason: 'not-json', detail: '' }],
        name,
      })
      await store.append({ id: 'one', records: [rejected('x'), rejected('y')] })
      await store.append({ id: 'two', records: [rejected('y'), rejected('z')] })
      const { ledger } = await store.read()
      expect(ledger).toMatchObject([{ received: 4, duplicate: 1, rejected: { 'not-json': 3 } }])
    })

    test(
      'joins what only several items tell, also where they come one by one',
      async () => {
        await fc.assert(
          fc.asyncProperty(
            arbitraryJoins,
            fc.array(fc.nat(100), { maxLength: 4 }),
            fc.nat(5),
            async (feed, cuts, turn) => {
              const store = await empty()
              const batches = batchesOf(feed, cuts, 'batch')
              for (const [index, batch] of batches.entries()) {
                await store.append(batch)
                if (index % 5 === turn) await store.read()
              }
              expect(await toldBy(store)).toEqual(await inMemory(batches))
            },
          ),
          { numRuns: 2 * runs },
        )
      },
      LONG,
    )

    test(
      'knows what is missing of numbered streams, whatever came again or in another order',
      async () => {
        await fc.assert(
          fc.asyncProperty(arbitraryJoins, arbitraryLoss, async (feed, loss) => {
            const store = await empty()
            const batches = batchesOf(withLoss(numbered(feed), loss), [3, 11], 'batch')
            for (const batch of batches) await store.append(batch)
            expect(await toldBy(store)).toEqual(await inMemory(batches))
          }),
          { numRuns: runs },
        )
      },
      LONG,
    )

    test(
      'gives what memory gives of what a reviewer marked, and says which marks anything answered to',
      async () => {
        await fc.assert(
          fc.asyncProperty(
            fc.oneof(arbitraryJoins, arbitraryFeed),
            fc.array(fc.nat(), { maxLength: 4 }),
            async (feed, picks) => {
              const named = feed.flatMap(({ item }) => {
                if (item.kind === 'request') return [{ session: item.session, observation: null }]
                if (item.kind !== 'observation') return []
                const { id, session } = item.observation
                return [
                  { session: null, observation: id },
                  ...(session === null ? [] : [{ session, observation: null }]),
                ]
              })
              const one = { session: 'nobody', observation: null }
              const marks = [one, ...picks.flatMap(pick => named[pick % Math.max(1, named.length)] ?? [])].map(
                mark => ({
                  ...mark,
                  workload: null,
                  by: 'ada',
                  reason: '',
                }),
              )
              const [store, memory] = [await empty(), createMemoryStore(FOLDING)]
              for (const batch of batchesOf(feed, [9], 'batch'))
                for (const each of [store, memory]) await each.append(batch)
              const [told, expected] = await Promise.all(
                [store, memory].map(async each => {
                  const marking = { marks, used: new Set<Mark>() }
                  const { workloads, marked } = await each.read()
                  const profiles = await Promise.all(workloads.map(workload => marked(workload, marking)))
                  const texts = profiles.map(found => (found === null ? 'none' : profileText(found)))
                  return { texts, used: marks.map(mark => marking.used.has(mark)) }
                }),
              )
              expect(told).toEqual(expected)
              expect(told?.used[0]).toBe(false)
            },
          ),
          { numRuns: runs },
        )
      },
      LONG,
    )

    test(
      'gives what memory gives, in whatever batches it came',
      async () => {
        await fc.assert(
          fc.asyncProperty(arbitraryFeed, fc.array(fc.nat(100), { maxLength: 4 }), async (feed, cuts) => {
            const store = await empty()
            const batches = batchesOf(feed, cuts, 'batch')
            for (const batch of batches) await store.append(batch)
            expect(await toldBy(store)).toEqual(await inMemory(batches))
          }),
          { numRuns: runs },
        )
      },
      LONG,
    )

    test(
      'counts what comes again once, in any order, and folds late what comes late',
      async () => {
        await fc.assert(
          fc.asyncProperty(
            arbitraryFeed,
            fc.array(fc.nat(100), { maxLength: 4 }),
            fc.nat(),
            async (feed, cuts, turn) => {
              const store = await empty()
              const batches = batchesOf(feed, cuts, 'batch')
              const twice = [...batches, ...batches]
              const turned = [...twice.slice(turn % twice.length), ...twice.slice(0, turn % twice.length)]
              for (const [index, batch] of turned.entries()) {
                await store.append(batch)
                // What is read on the way is folded on the way.
                if (index % 5 === turn % 5) await store.read()
              }
              const told = await toldBy(store)
              const once = await inMemory(batches)
              expect(told.profiles).toEqual(once.profiles)
              expect(told.ledger).toEqual((await inMemory(twice)).ledger)
            },
          ),
          { numRuns: Math.ceil(runs / 2) },
        )
      },
      LONG,
    )
  })
}
