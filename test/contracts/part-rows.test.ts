/** Rows of folds: what an earlier version wrote is refused, and never read as something else. */
import { expect, test } from 'vitest'
import { FOLDING } from '../../core/pipeline.ts'
import { addWitnessRow } from '../../io/store/clickhouse/read-part-rows.ts'

const SHOWN = { asked: [], read: [], sent: [], unknown: null, facts: [], minutes: [] }

test.each([
  ['signatures as lists', { ...SHOWN, signature: [1, 2], fields: [] }],
  ['fields without a place', { ...SHOWN, signature: '', fields: [[1, '']] }],
])('what an earlier version folded is refused: %s', (_, shown) => {
  const profile = FOLDING.emptyProfile({ namespace: 'agents', name: 'a' })
  const row = { witness: 'session:s', session: 1, first: 1, last: 2, shown: JSON.stringify(shown) }
  expect(() => addWitnessRow(profile, row)).toThrow('earlier version')
  expect(() =>
    addWitnessRow(profile, { ...row, shown: JSON.stringify({ ...SHOWN, signature: '', fields: [] }) }),
  ).not.toThrow()
})
