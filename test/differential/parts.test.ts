/**
 * Cross-validation reads the evidence once and leaves witnesses out of what it read. Here the same witnesses are left out of the
 * profile, which is then read again: both must come to the same permissions.
 */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type AssessedSurface, assessSurfaces, type Knowledge, tablesOf } from '../../core/derive/assess-surfaces.ts'
import { onlyWitnesses } from '../../core/derive/revisions.ts'
import { inProportion, thresholdsOf } from '../../core/derive/thresholds.ts'
import { allBut, everyWitness } from '../../core/derive/witness-numbers.ts'
import { kindsOf } from '../../core/derive/witnesses.ts'
import { CLOSURE_RULES } from '../../core/pipeline.ts'
import { arbitraryDecisions } from '../contracts/arbitrary-decisions.ts'
import { arbitrarySessions } from '../contracts/arbitrary-evidence.ts'
import { collected, LAW_RUNS, profilesOf } from '../contracts/evidence-line.ts'

const KNOWLEDGE: Knowledge = { rules: CLOSURE_RULES, iam: () => null, blindTo: () => [] }

/** What a verdict rests on, in an order that does not depend on how it was read. */
const restsOn = (surfaces: readonly AssessedSurface[]): readonly unknown[] =>
  surfaces.map(({ table, dimensions, isPermitted }) => ({
    surface: `${table.surface.substrate}/${table.surface.action}`,
    access: table.access,
    isPermitted,
    dimensions: dimensions.map(({ table: { observed }, type, role, absent, isListed, closing, weighed, review }) => {
      const { name } = closing.write()
      const { keys, values } = weighed.column
      const shown = [...values.keys()].filter(value => weighed.entries[value] === 1)
      const allowed = shown.filter(value => closing.contains(value)).map(value => keys[value])
      return {
        name: observed.dimension,
        type,
        role,
        absent,
        isListed,
        rule: name,
        miss: closing.miss,
        allowed: allowed.sort(),
        review,
      }
    }),
  }))

test('a part of the evidence is assessed as if it were all there is', () => {
  let listed = 0
  fc.assert(
    fc.property(arbitrarySessions, arbitraryDecisions, fc.integer({ min: 2, max: 5 }), (feed, decisions, every) => {
      for (const profile of profilesOf(collected(feed)).values()) {
        const kinds = kindsOf(profile)
        const tables = tablesOf(profile, decisions, KNOWLEDGE, kinds)
        const { names } = tables.numbers
        const held = Uint8Array.from(names, (_, number) => (number % every === 0 ? 1 : 0))
        const rest = new Set(names.filter((_, number) => held[number] === 0))
        const scaled = inProportion(thresholdsOf(profile, decisions), rest.size / names.length)
        const part = assessSurfaces(tables, allBut(tables.numbers, held), decisions, KNOWLEDGE, kinds, scaled, false)
        const narrow = tablesOf(onlyWitnesses(profile, rest), decisions, KNOWLEDGE, kinds)
        const whole = assessSurfaces(narrow, everyWitness(narrow.numbers), decisions, KNOWLEDGE, kinds, scaled, true)
        expect(restsOn(part)).toEqual(restsOn(whole))
        listed += part.reduce((sum, { dimensions }) => sum + dimensions.length, 0)
      }
    }),
    { numRuns: LAW_RUNS },
  )
  expect(listed).toBeGreaterThan(LAW_RUNS / 4)
})
