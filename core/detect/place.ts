/** A judged call → what its alert is called: the kind, and the dimension and closure rule that were left. */
import type { AlertKind, Noted } from '../model/alert.ts'
import type { DerivedPolicy } from '../model/policy.ts'
import { type Scalar, scalarKey } from '../model/scalar.ts'
import type { Substrate } from '../model/substrate.ts'
import type { Deviation, VerdictCode } from '../model/verdict.ts'
import { indexOf } from '../policy/index-policy.ts'

export interface Place {
  readonly kind: AlertKind
  readonly code: VerdictCode
  readonly dimension: string | null
  readonly rule: string | null
  readonly allowed: string
  /** Empty where the surface itself deviates. */
  readonly observed: readonly Scalar[]
}

/** There is no policy to have left: what was done does not matter, and all of it is one alert. */
export const isUngoverned = (code: VerdictCode): boolean =>
  code === 'no-policy' || code === 'policy-unreadable' || code === 'expired'

const ruleOf = (policy: DerivedPolicy, { substrate, action }: Noted, { dimension, code }: Deviation): string | null => {
  if (code === 'unusual') return 'usual'
  const permission = indexOf(policy).permission(substrate, action)
  return permission?.dimensions.find(one => one.dimension === dimension)?.rule ?? null
}

const lateKey = (substrate: Substrate, action: string, dimension: string | null, value: Scalar): string =>
  JSON.stringify([substrate, action, dimension, scalarKey(value)])

/** What the window saw only at its end. A dimension as a whole, and a whole surface, are withheld with the value null. */
const lateIn = ({ withheld }: DerivedPolicy): ReadonlySet<string> =>
  new Set(
    withheld.flatMap(({ substrate, action, dimension, value, class: sort }) =>
      sort === 'late-onset' ? [lateKey(substrate, action, dimension, value)] : [],
    ),
  )

export const placer = (policy: DerivedPolicy): ((noted: Noted) => Place) => {
  const late = lateIn(policy)
  const isLate = ({ substrate, action }: Noted, deviation: Deviation | null): boolean =>
    [deviation?.observed ?? null, null].some(value =>
      late.has(lateKey(substrate, action, deviation?.dimension ?? null, value)),
    )
  return noted => {
    const deviation = noted.deviations[0] ?? null
    const kindOf = (): AlertKind => {
      if (noted.outside === 'named') return 'after-outside-content'
      if (noted.code === 'withheld') return isLate(noted, deviation) ? 'late-onset' : 'withheld-recurs'
      return noted.verdict === 'deny' ? 'deviation' : 'soft-violation'
    }
    return {
      kind: kindOf(),
      code: noted.code,
      dimension: deviation?.dimension ?? null,
      rule: deviation === null ? null : ruleOf(policy, noted, deviation),
      allowed: deviation?.allowed ?? '',
      observed: deviation === null ? [] : [deviation.observed],
    }
  }
}
