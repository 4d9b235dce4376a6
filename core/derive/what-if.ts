/**
 * Profile + decisions → what other decisions would give: the frontier between what a policy costs (sessions stopped) and what
 * it grants beyond what was seen. One decision is moved at a time, so that a difference has one cause. What was written for
 * one substrate or one dimension stays as it was written.
 */
import {
  type ClosureMode,
  type Decided,
  type Decisions,
  FIELDS,
  isProbabilistic,
  UNOBSERVED,
} from '../model/decisions.ts'
import type { DerivedPolicy, ExpectedRates } from '../model/policy.ts'
import type { Profile } from '../model/profile.ts'
import { SIGNAL_NAMES } from '../model/usual.ts'
import type { Moved, Variant, VariantRow, WhatIf } from '../model/what-if.ts'
import type { Knowledge } from './assess-surfaces.ts'
import { derive } from './derive.ts'
import { onlyWitnesses, revisionsOf } from './revisions.ts'
import { thresholdsOf } from './thresholds.ts'

const CLOSURES: readonly ClosureMode[] = ['literal', 'structural']
/** More than N times, by more than M witnesses. */
const CONFIDENCES: readonly (readonly [moreThan: number, witnesses: number])[] = [
  [2, 1],
  [5, 3],
  [10, 6],
  [20, 12],
]
const DISTINCTS = ['sessions', 'both'] as const
/** How far out is unusual, every signal asked about: a row for each that the decisions do not have. */
const SIGMAS: readonly number[] = [2, 3]
const BUDGETS: readonly number[] = [0.05, 0.1, 0.2]

interface Move {
  readonly moved: Moved
  readonly decisions: Decisions
}

const moved = <T>(value: T): Decided<T> => ({ value, by: 'written' })

/** Whether anything unusual is asked about. */
const asks = (decisions: Decisions): boolean => isProbabilistic(decisions) && decisions.closure.signals.value.length > 0

const movesAround = (profile: Profile, decisions: Decisions): readonly Move[] => {
  const { closure, confidence } = decisions
  const now = thresholdsOf(profile, decisions)
  const isStructural = [closure.mode.value, ...Object.values(closure.perSubstrate)].some(mode => mode !== 'literal')
  return [
    { moved: 'nothing', decisions },
    ...CLOSURES.filter(mode => mode !== closure.mode.value).map(
      (mode): Move => ({
        moved: 'closure',
        decisions: { ...decisions, closure: { ...closure, mode: moved(mode) } },
      }),
    ),
    ...CONFIDENCES.filter(([n, m]) => n !== now.moreThan || m !== now.witnesses).map(
      ([n, m]): Move => ({
        moved: 'confidence',
        decisions: { ...decisions, confidence: { ...confidence, moreThan: moved(n), witnesses: moved(m) } },
      }),
    ),
    ...DISTINCTS.filter(each => each !== confidence.distinct.value).map(
      (each): Move => ({
        moved: 'distinct',
        decisions: { ...decisions, confidence: { ...confidence, distinct: moved(each) } },
      }),
    ),
    // Literal closure has one rule, so there is no next wider one to spend a budget on.
    ...BUDGETS.filter(budget => isStructural && budget !== closure.missBudget.value).map(
      (budget): Move => ({
        moved: 'missBudget',
        decisions: { ...decisions, closure: { ...closure, missBudget: moved(budget) } },
      }),
    ),
    ...UNOBSERVED.filter(each => isStructural && each !== closure.unobserved.value).map(
      (each): Move => ({
        moved: 'unobserved',
        decisions: { ...decisions, closure: { ...closure, unobserved: moved(each) } },
      }),
    ),
    ...FIELDS.filter(each => isStructural && each !== closure.fields.value).map(
      (each): Move => ({
        moved: 'fields',
        decisions: { ...decisions, closure: { ...closure, fields: moved(each) } },
      }),
    ),
    ...SIGMAS.filter(sigma => isStructural && !(asks(decisions) && sigma === closure.sigma.value)).map(
      (sigma): Move => ({
        moved: 'sigma',
        decisions: {
          ...decisions,
          closure: {
            ...closure,
            mode: moved('probabilistic'),
            sigma: moved(sigma),
            signals: asks(decisions) ? closure.signals : moved(SIGNAL_NAMES),
          },
        },
      }),
    ),
  ]
}

const variantOf = (of: Moved, { decisions, thresholds: { moreThan, witnesses } }: DerivedPolicy): Variant => ({
  moved: of,
  closure: decisions.closure.mode.value,
  missBudget: decisions.closure.missBudget.value,
  moreThan,
  witnesses,
  distinct: decisions.confidence.distinct.value,
  sigma: asks(decisions) ? decisions.closure.sigma.value : null,
  unobserved: decisions.closure.unobserved.value,
  fields: decisions.closure.fields.value,
})

type Undominated = Omit<VariantRow, 'dominatedBy'>

/** A cluster is at least one session, so each asks for more than the one before. */
const STRICTNESS = { sessions: 0, both: 1, clusters: 2 } as const

/** What speaks against a row, each the less the better. Less evidence is a cost: an attacker needs fewer sessions. */
const costsOf = ({ variant, expected, overGrant }: Undominated): readonly number[] => {
  // Which kinds have rates depends on the evidence alone, so all rows have as many costs.
  const rates = (kind: ExpectedRates | null): readonly number[] =>
    kind === null ? [] : [kind.denied, kind.denied + kind.reviewed, kind.prompts]
  return [
    overGrant.share,
    ...rates(expected.knownTasks),
    ...rates(expected.newTasks),
    -variant.moreThan,
    -variant.witnesses,
    -STRICTNESS[variant.distinct],
  ]
}

const dominates = (one: Undominated, other: Undominated): boolean => {
  // Without a rate a row has no known cost, and nothing can be said to be better.
  if (one.expected.knownTasks === null) return false
  const [own, others] = [costsOf(one), costsOf(other)]
  return own.every((cost, at) => cost <= (others[at] ?? cost)) && own.some((cost, at) => cost < (others[at] ?? cost))
}

export const whatIf = (whole: Profile, decisions: Decisions, knowledge: Knowledge): WhatIf => {
  const profile =
    decisions.validity.revisions.value === 'latest' ? onlyWitnesses(whole, revisionsOf(whole).latestWitnesses) : whole
  const rows = movesAround(profile, decisions).map((move): Undominated => {
    const policy = derive(profile, move.decisions, knowledge)
    return {
      variant: variantOf(move.moved, policy),
      current: move.moved === 'nothing',
      permissions: policy.permissions.length,
      withheld: policy.withheld.length,
      expected: policy.expected,
      overGrant: policy.overGrant,
    }
  })
  return rows.map(row => {
    const better = rows.findIndex(other => dominates(other, row))
    return { ...row, dominatedBy: better < 0 ? null : better }
  })
}
