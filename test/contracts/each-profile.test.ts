/** Profiles one after the other: in order, one ahead, and a failure when its turn has come. */
import { expect, test } from 'vitest'
import type { Profile } from '../../core/model/profile.ts'
import type { Workload } from '../../core/model/workload.ts'
import { FOLDING } from '../../core/pipeline.ts'
import { eachProfile } from '../../io/store/each-profile.ts'
import type { Reading } from '../../io/store/evidence-store.ts'

const WORKLOADS: readonly Workload[] = ['a', 'b', 'c', 'd'].map(name => ({ namespace: 'agents', name }))

const readingThat = (
  profile: (workload: Workload) => Promise<Profile | null>,
): Pick<Reading, 'profile' | 'marked' | 'portions'> => ({
  profile,
  marked: profile,
  portions: async function* (workloads) {
    for (const workload of workloads) yield { workload, profile: await profile(workload) }
  },
})

test('each comes in its order, and only the next one is read ahead', async () => {
  const asked: string[] = []
  const reading = readingThat(async workload => {
    asked.push(workload.name)
    return workload.name === 'b' ? null : FOLDING.emptyProfile(workload)
  })
  const seen: (readonly [string, boolean, number])[] = []
  for await (const { workload, profile } of eachProfile(reading, FOLDING, WORKLOADS, null))
    seen.push([workload.name, profile === null, asked.length])
  expect(seen).toEqual([
    ['a', false, 2],
    ['b', true, 3],
    ['c', false, 4],
    ['d', false, 4],
  ])
})

test('what fails ahead fails in its turn, and whoever stops early waits for what is being read', async () => {
  let isReading = 0
  const reading = readingThat(async workload => {
    isReading++
    await new Promise(resolve => setTimeout(resolve, 5))
    isReading--
    if (workload.name === 'c') throw new Error('the store is gone')
    return FOLDING.emptyProfile(workload)
  })
  const seen: string[] = []
  const all = async () => {
    for await (const { workload } of eachProfile(reading, FOLDING, WORKLOADS, null)) {
      seen.push(workload.name)
      await new Promise(resolve => setTimeout(resolve, 20))
    }
  }
  await expect(all()).rejects.toThrow('the store is gone')
  expect(seen).toEqual(['a', 'b'])
  for await (const { workload } of eachProfile(reading, FOLDING, WORKLOADS, null)) if (workload.name === 'b') break
  expect(isReading).toBe(0)
})
