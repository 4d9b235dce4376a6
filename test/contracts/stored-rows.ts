/** Profiles of units → the documents that a store would hand out of them, and the profile that is read from these. */
import type { Profile } from '../../core/model/profile.ts'
import { workloadKey } from '../../core/model/workload.ts'
import { FOLDING } from '../../core/pipeline.ts'
import { rowsOfPart } from '../../io/store/clickhouse/part-rows.ts'
import { absorbRows } from '../../io/store/clickhouse/read-rows.ts'
import type { StoredRows } from '../../io/store/evidence-store.ts'

/** What rows say of their fold, which a document has in front. */
const OF_FOLD = { workload: 0, unit: 0, generation: 0, day: 0 }

const fieldsOf = (place: readonly string[], row: object): readonly unknown[] => [
  ...place,
  ...Object.entries(row).flatMap(([name, value]) => (name in OF_FOLD ? [] : [value])),
]

const documentOf = (rows: readonly (readonly unknown[])[]): Uint8Array =>
  Buffer.from(JSON.stringify({ data: rows, rows: rows.length }))

/** `copies`: how often each row was written. */
const storedRows = (parts: readonly Profile[], copies = 1): StoredRows => {
  const all = parts.map((part, index) => {
    const of = { workload: workloadKey(part.workload), unit: `unit-${index}`, generation: 7, day: '2026-03-01' }
    return { place: [of.workload, of.unit, '7'], ...rowsOfPart(part, of) }
  })
  const again = <Row>(rows: readonly Row[]): readonly Row[] =>
    rows.flatMap(row => Array.from({ length: copies }, () => row))
  return {
    folds: documentOf(again(all.map(({ place, part }) => [...place, part]))),
    witnesses: documentOf(all.flatMap(({ place, witnesses }) => again(witnesses.map(row => fieldsOf(place, row))))),
    sightings: documentOf(all.flatMap(({ place, sightings }) => again(sightings.map(row => fieldsOf(place, row))))),
  }
}

/** All of one workload. */
export const throughRows = (parts: readonly Profile[], copies = 1): Profile => {
  const workload = parts[0]?.workload ?? { namespace: '', name: '' }
  const profile = FOLDING.emptyProfile(workload)
  absorbRows(FOLDING, new Map([[workloadKey(workload), profile]]), storedRows(parts, copies))
  return FOLDING.finish(profile)
}
