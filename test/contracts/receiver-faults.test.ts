/** Law 3 over the wire: requests that are repeated, reordered and refused, and a store that fails before or after it wrote. */
import fc from 'fast-check'
import { beforeAll, expect, test } from 'vitest'
import type { Batch, EvidenceStore } from '../../io/store/evidence-store.ts'
import { profileText } from './evidence-line.ts'
import { exported, isBalanced, PROTOBUF, protobufOf, start, WORKLOAD } from './receiver.ts'

const BODIES = Array.from({ length: 6 }, (_, at) =>
  protobufOf(exported({ session: `s${at}`, request: `read ${at}`, calls: [['read_file', { path: `${at}.md` }]] })),
)

const FAULTS = ['none', 'before', 'half', 'after'] as const
type Fault = (typeof FAULTS)[number]

/** What an append does, one after the other; then all is well. */
const failing =
  (faults: readonly Fault[]) =>
  (inner: EvidenceStore): EvidenceStore => {
    const left = [...faults]
    const part = ({ id, records }: Batch): Batch => ({
      id,
      records: records.map(({ source, items }) => ({ source, items: items.slice(0, 1) })),
    })
    return {
      ...inner,
      append: async batch => {
        const fault = left.shift() ?? 'none'
        if (fault === 'half') await inner.append(part(batch))
        if (fault === 'none' || fault === 'after') await inner.append(batch)
        if (fault !== 'none') throw new Error('the store failed')
      },
    }
  }

const textOf = async (store: EvidenceStore): Promise<string> => {
  const profile = await (await store.read()).profile(WORKLOAD)
  return profile === null ? '' : profileText(profile)
}

let expected = ''
beforeAll(async () => {
  const clean = await start()
  for (const body of BODIES) await clean.post('/v1/traces', body, PROTOBUF)
  expected = await textOf(clean.store)
  await clean.close()
})

test('what is sent until it is taken counts once, as if nothing had failed; and whatever was refused, the ledger says so', async () => {
  expect(expected).toContain('read_file')
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.constantFrom(...FAULTS), { maxLength: 10 }),
      fc.shuffledSubarray([...BODIES.keys(), ...BODIES.keys()], { minLength: 12, maxLength: 12 }),
      async (faults, order) => {
        const own = await start({ store: failing(faults) })
        let refused = 0
        for (const at of order) {
          for (;;) {
            const { status } = await own.post('/v1/traces', BODIES[at] ?? '', PROTOBUF)
            if (status === 200) break
            expect(status).toBe(503)
            refused += 1
          }
        }
        await own.close()
        expect(await textOf(own.store)).toBe(expected)
        expect(await isBalanced(own.store)).toBe(true)
        expect((await own.store.read()).ledger).toMatchObject([{ source: 'otlp', lost: refused === 0 ? 0 : null }])
      },
    ),
    { numRuns: 40 },
  )
})

test('what is refused and never sent again is missing, and nothing says otherwise', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.constantFrom(...FAULTS), { minLength: 1, maxLength: 10 }), async faults => {
      const own = await start({ store: failing(faults) })
      const statuses: number[] = []
      for (const body of BODIES) statuses.push((await own.post('/v1/traces', body, PROTOBUF)).status)
      await own.close()
      const isMissing = (await textOf(own.store)) !== expected
      const [entry] = (await own.store.read()).ledger
      if (isMissing && entry !== undefined) expect(entry.lost).toBeNull()
      // Even the end could not write it: then it is said where nothing can fail.
      if (isMissing && entry === undefined) expect(own.logged).toContain('error refusals-forgotten')
      if (entry !== undefined) expect(statuses.every(status => status === 200)).toBe(entry.lost === 0)
    }),
    { numRuns: 40 },
  )
})
