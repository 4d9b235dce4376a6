/** Decisions of every kind that a person may write: all closures, and every option beside them. */
import fc from 'fast-check'
import { DEFAULT_DECISIONS, type Decided, type Decisions, FIELDS, UNOBSERVED } from '../../core/model/decisions.ts'
import { SIGNAL_NAMES } from '../../core/model/usual.ts'
import { MODES } from './evidence-line.ts'

const written = <T>(values: fc.Arbitrary<T>): fc.Arbitrary<Decided<T>> =>
  values.map(value => ({ value, by: 'written' }))

const threshold = (most: number): fc.Arbitrary<number | 'auto'> => fc.oneof(fc.constant('auto' as const), fc.nat(most))

const override = fc.record({ moreThan: fc.nat(6), witnesses: fc.nat(4) })

export const arbitraryDecisions: fc.Arbitrary<Decisions> = fc.record({
  granularity: fc.constant(DEFAULT_DECISIONS.granularity),
  closure: fc.record({
    mode: written(fc.constantFrom(...MODES)),
    perSubstrate: fc.record(
      {
        tool: fc.constantFrom(...MODES),
        network: fc.constantFrom(...MODES),
        process: fc.constantFrom(...MODES),
        iam: fc.constantFrom(...MODES),
      },
      { requiredKeys: [] },
    ),
    missBudget: written(fc.constantFrom(0, 0.05, 0.1, 0.5, 1)),
    dimensions: fc.constant([]),
    sigma: written(fc.constantFrom(0.5, 2, 3)),
    signals: written(fc.subarray([...SIGNAL_NAMES])),
    unobserved: written(fc.constantFrom(...UNOBSERVED)),
    fields: written(fc.constantFrom(...FIELDS)),
  }),
  confidence: fc.record({
    moreThan: written(threshold(8)),
    witnesses: written(threshold(5)),
    perWitness: written(fc.integer({ min: 1, max: 5 })),
    distinct: written(fc.constantFrom('sessions', 'clusters', 'both')),
    quorum: written(fc.constantFrom(0, 0.3, 1)),
    perSubstrate: fc.record({ tool: override, network: override, iam: override }, { requiredKeys: [] }),
  }),
  validity: fc.record({
    expiresAfterDays: written(fc.integer({ min: 1, max: 90 })),
    revisions: written(fc.constantFrom('merge', 'latest')),
  }),
  identities: fc.constant([]),
})
