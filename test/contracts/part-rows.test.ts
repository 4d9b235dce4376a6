/** Rows of folds: what an earlier version wrote is refused, and never read as something else. */
import { expect, test } from 'vitest'
import { FOLDING } from '../../core/pipeline.ts'
import { rowsOfPart } from '../../io/store/clickhouse/part-rows.ts'
import { addWitnessRow } from '../../io/store/clickhouse/read-part-rows.ts'
import { absorbRows } from '../../io/store/clickhouse/read-rows.ts'

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

/** What rows say of their fold, which a document has in front. */
const OF_FOLD = { workload: 0, unit: 0, generation: 0, day: 0 }

test('the bound above which a unit dropped values comes back with it', () => {
  const workload = { namespace: 'agents', name: 'a' }
  const profile = FOLDING.emptyProfile(workload)
  const sighting = { count: 1, first: 1, last: 2 }
  const surface = FOLDING.emptySurface('tool', 'read')
  const dimension = FOLDING.emptyDimension('tool.args.path')
  surface.witnesses.set('w', { ...sighting, sources: ['ambit'], seen: true, absent: false, malformed: false })
  dimension.present.set('w', { ...sighting })
  dimension.perWitness.set('w', new Set(['string:x']))
  dimension.values.set('string:x', { value: 'x', witnesses: new Map([['w', { ...sighting }]]) })
  dimension.overflow = 'sha256:ff'
  surface.dimensions.set(dimension.dimension, dimension)
  surface.breadth.set('w', 1)
  profile.surfaces.set('tool/read', surface)
  profile.breadth.set('tool', new Map([['w', 1]]))
  const place = ['agents/a', 'u', '7']
  const { part, sightings } = rowsOfPart(profile, { workload: 'agents/a', unit: 'u', generation: 7, day: '2026-03-01' })
  const fields = (row: object): readonly unknown[] => [
    ...place,
    ...Object.entries(row).flatMap(([name, value]) => (name in OF_FOLD ? [] : [value])),
  ]
  const document = (rows: readonly (readonly unknown[])[]): Uint8Array =>
    Buffer.from(JSON.stringify({ data: rows, rows: rows.length }))
  const read = FOLDING.emptyProfile(workload)
  absorbRows(FOLDING, new Map([['agents/a', read]]), {
    folds: document([[...place, part]]),
    witnesses: document([]),
    sightings: document(sightings.map(fields)),
  })
  const found = read.surfaces.get('tool/read')?.dimensions.get('tool.args.path')
  expect(found?.overflow).toBe('sha256:ff')
  expect([...(found?.values.keys() ?? [])]).toEqual([...dimension.values.keys()])
})
