/** Surfaces without a permission: explained by the session, withheld, inside the envelope that a person decides about, or denied. */
import type { Context } from '../../model/context.ts'
import type { DerivedPolicy, SurfaceEnvelope } from '../../model/policy.ts'
import type { ActionRequest } from '../../model/request.ts'
import { wordsOf } from '../../policy/surface.ts'
import type { BySurface } from './by-surface.ts'
import { compileConstraint } from './constraint.ts'
import { constant } from './found.ts'
import { ANY, type Member } from './member.ts'
import type { Decide } from './permission.ts'
import { startsWithOne } from './prefixes.ts'
import type { WithheldOf } from './withheld.ts'

/** How an action is named, read once for all envelopes. */
interface Name {
  readonly first: string | undefined
  readonly lower: string
}

interface CompiledEnvelope {
  readonly names: (name: Name) => boolean
  readonly explains: (request: ActionRequest, context: Context) => boolean
  readonly reviews: (request: ActionRequest, context: Context) => boolean
}

const allIn = (member: Member, { values }: ActionRequest, context: Context): boolean => {
  for (const { value } of values) if (!member(value, context)) return false
  return true
}

const compileExplained = ({ explained }: SurfaceEnvelope): CompiledEnvelope['explains'] => {
  if (explained === null) return () => false
  const except = new Set(explained.except)
  const every = compileConstraint(explained.every)
  const some = explained.some === null ? null : compileConstraint(explained.some)
  return (request, context) =>
    request.visibility === 'seen' &&
    !except.has(request.action) &&
    allIn(every, request, context) &&
    (some === null || request.values.some(({ value }) => some(value, context)))
}

const compileEnvelope = (envelope: SurfaceEnvelope): CompiledEnvelope => {
  const words = new Set(envelope.firstWords)
  const starts = startsWithOne(envelope.prefixes)
  const values = envelope.values === null ? ANY : compileConstraint(envelope.values)
  const asksValues = envelope.values !== null
  return {
    names: ({ first, lower }) => (first !== undefined && words.has(first)) || starts(lower),
    explains: compileExplained(envelope),
    reviews: (request, context) => !asksValues || (request.visibility === 'seen' && allIn(values, request, context)),
  }
}

export const compileSurfaces = ({ bounds, envelopes }: DerivedPolicy, withheld: BySurface<WithheldOf>): Decide => {
  const bounded = new Set(bounds)
  const compiled = envelopes.map(envelope => ({ substrate: envelope.substrate, ...compileEnvelope(envelope) }))
  const explained = constant('allow', 'explained', null)
  const held = constant('review', 'withheld', null)
  const unbounded = constant('review', 'substrate-unbounded', null)
  const reviewed = constant('review', 'surface-review', null)
  const unknown = constant('deny', 'surface-unknown', null)

  const naming = ({ substrate, action }: ActionRequest): readonly CompiledEnvelope[] => {
    const own = compiled.filter(envelope => envelope.substrate === substrate)
    if (own.length === 0) return own
    const name = { first: wordsOf(action)[0], lower: action.toLowerCase() }
    return own.filter(({ names }) => names(name))
  }

  return (request, context) => {
    const { substrate, action } = request
    const isBounded = bounded.has(substrate)
    const named = isBounded ? naming(request) : []
    if (named.some(({ explains }) => explains(request, context))) return explained
    if (withheld.get(substrate, action)?.surface === true) return held
    if (!isBounded) return unbounded
    return named.some(({ reviews }) => reviews(request, context)) ? reviewed : unknown
  }
}
