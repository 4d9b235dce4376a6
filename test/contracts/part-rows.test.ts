/** Rows of folds: what an earlier version wrote is refused, and never read as something else. */
import { expect, test } from 'vitest'
import { FOLDING } from '../../core/pipeline.ts'
import { emptyDimension } from '../../core/profile/dimension.ts'
import { emptySurface } from '../../core/profile/surface.ts'
import { addWitnessRow } from '../../io/store/clickhouse/read-part-rows.ts'
import { throughRows } from './stored-rows.ts'

const SHOWN = { asked: [], read: [], sent: [], unknown: null, facts: [], minutes: [] }

test.each([
  ['signatures as lists', { ...SHOWN, signature: [1, 2], fields: [] }],
  ['fields without a place', { ...SHOWN, signature: '', fields: [[1, '']] }],
])('what an earlier version folded is refused: %s', (_, shown) => {
  const profile = FOLDING.emptyProfile({ namespace: 'agents', name: 'a' })
  const row = { witness: 'session:s', session: 1, first: 1, last: 2, shown: JSON.stringify(shown) }
  expect(() => addWitnessRow(profile, row, FOLDING)).toThrow('earlier version')
  expect(() =>
    addWitnessRow(profile, { ...row, shown: JSON.stringify({ ...SHOWN, signature: '', fields: [] }) }, FOLDING),
  ).not.toThrow()
})

test('the bound above which a unit dropped values comes back with it', () => {
  const workload = { namespace: 'agents', name: 'a' }
  const profile = FOLDING.emptyProfile(workload)
  const sighting = { count: 1, first: 1, last: 2 }
  const surface = emptySurface('tool', 'read')
  const dimension = emptyDimension('tool.args.path')
  surface.witnesses.set('w', { ...sighting, sources: ['ambit'], seen: true, absent: false, malformed: false })
  dimension.present.set('w', { ...sighting })
  dimension.perWitness.set('w', new Set(['string:x']))
  dimension.values.set('string:x', { value: 'x', witnesses: new Map([['w', { ...sighting }]]) })
  dimension.overflow = 'sha256:ff'
  surface.dimensions.set(dimension.dimension, dimension)
  surface.breadth.set('w', 1)
  profile.surfaces.set('tool/read', surface)
  profile.breadth.set('tool', new Map([['w', 1]]))
  const read = throughRows([profile])
  const found = read.surfaces.get('tool/read')?.dimensions.get('tool.args.path')
  expect(found?.overflow).toBe('sha256:ff')
  expect([...(found?.values.keys() ?? [])]).toEqual([...dimension.values.keys()])
})
