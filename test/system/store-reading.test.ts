/** How a store is read: in spans, in halves where an answer is too large, again where something changed meanwhile, and never a part. */
import { expect, test } from 'vitest'
import type { Profile } from '../../core/model/profile.ts'
import { FOLDING } from '../../core/pipeline.ts'
import { createClickhouseStore } from '../../io/store/clickhouse/clickhouse-store.ts'
import type { Engine } from '../../io/store/clickhouse/engine.ts'
import { readProfile } from '../../io/store/clickhouse/read-profile.ts'
import { eachProfile } from '../../io/store/each-profile.ts'
import { profileText } from '../contracts/evidence-line.ts'
import { embeddedForAll, emptied } from './embedded-engine.ts'
import { callOf } from './many-workloads.ts'

const { engine } = embeddedForAll()

const WORKLOAD = { namespace: 'agents', name: 'worker-0000' }
const KEY = 'agents/worker-0000'
const SESSIONS = 40

const filled = async () => {
  const store = await emptied(engine())
  const records = Array.from({ length: SESSIONS }, (_, index) => [
    callOf(`s${index}`, `a${index}`),
    callOf(`s${index}`, 'b'),
  ])
  await store.append({ id: 'all', records: records.flat() })
  return store
}

const textOf = (profile: Profile | null | undefined): string => profileText(profile ?? FOLDING.emptyProfile(WORKLOAD))

/** The engine, with what it answers changed on the way. */
const answering = (change: (answer: Uint8Array, count: number) => Uint8Array | null): Engine => {
  let count = 0
  return {
    ...engine(),
    document: async (sql, largest) => {
      const answer = await engine().document(sql, largest)
      return answer === null ? null : change(answer, ++count)
    },
  }
}

const readBy = (asked: Engine, seen = 1): Promise<Profile> =>
  readProfile(asked, FOLDING, { workload: WORKLOAD, key: KEY, seen }, null)

test('in many spans, and in halves of them, it is what it is in one', async () => {
  const store = await filled()
  const whole = textOf(await (await store.read()).profile(WORKLOAD))
  expect(whole).toContain('s39')
  let asked = 0
  const counting = answering(answer => {
    asked++
    return answer
  })
  expect(textOf(await readBy(counting, 150_000))).toBe(whole)
  expect(asked).toBe(8 * 3)
  expect(textOf(await readBy(answering((answer, count) => (count < 6 ? null : answer))))).toBe(whole)
  await expect(readBy(answering(() => null))).rejects.toThrow('larger than can be read at once')
})

test('what changed between two answers is read again, and what changes for ever is an error', async () => {
  const store = await filled()
  const whole = textOf(await (await store.read()).profile(WORKLOAD))
  const folded = (answer: Uint8Array): Uint8Array =>
    Buffer.from(
      Buffer.from(answer)
        .toString()
        .replace(/"(\d{16})"/, '"9999999999999999"'),
    )
  expect(textOf(await readBy(answering((answer, count) => (count === 2 ? folded(answer) : answer))))).toBe(whole)
  await expect(readBy(answering((answer, count) => (count % 3 === 0 ? folded(answer) : answer)))).rejects.toThrow(
    'changes again and again',
  )
  // Of several that are read together each is then read alone.
  const other = createClickhouseStore(
    answering((answer, count) => (count === 3 ? folded(answer) : answer)),
    FOLDING,
    Date.now,
  )
  const reading = await other.read()
  const profiles: string[] = []
  for await (const { profile } of eachProfile(reading, FOLDING, reading.workloads, null)) profiles.push(textOf(profile))
  expect(profiles).toEqual([whole])
})

test.each([
  ['breaks off', (text: string) => text.slice(0, -40)],
  ['lacks rows', (text: string) => text.replace(/"rows": \d+/, '"rows": 99')],
  ['has an exception in it', (text: string) => text.replace(/\}\s*$/, ', "exception": "memory limit" }')],
])('an answer that %s is an error, and never a smaller profile', async (_, change) => {
  await filled().then(store => store.read())
  for (const place of [1, 2, 3])
    await expect(
      readBy(
        answering((answer, count) => (count === place ? Buffer.from(change(Buffer.from(answer).toString())) : answer)),
      ),
    ).rejects.toThrow('an answer broke off')
})
