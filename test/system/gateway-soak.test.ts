/** A soak small enough for every run: what a thousand sessions must not do in five minutes (`npm run bench soak`), twenty do not in a few seconds. */
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { soaked } from '../../bench/soak.ts'
import { AMBIT } from './recording.ts'

test('no call runs undecided, none hangs, and the receipts hold, while servers are killed', {
  timeout: 240_000,
}, async () => {
  const dist = join(AMBIT, '..', '..', '..')
  const figures = await soaked({ sessions: 20, seconds: 6, rate: 40, heap: 64, dist })
  expect(figures).toMatchObject({ undecided: 0, twice: 0, verifyExitCode: 0, errors: [] })
  const { ends, begun, kills, arrived, receipts } = figures
  expect(ends.hung).toBe(0)
  // It really was a soak.
  for (const count of [ends.ran, ends.stopped, kills, arrived]) expect(count).toBeGreaterThan(0)
  expect(begun).toBeGreaterThanOrEqual(20)
  expect(receipts).toBeGreaterThan(arrived)
})
