/** Surfaces without a permission: what is withheld, inside an envelope or unbounded, in two policies → differences. */
import type { DerivedPolicy, Permission, SurfaceEnvelope, Withheld } from '../model/policy.ts'
import type { Scalar } from '../model/scalar.ts'
import { SUBSTRATES, type Substrate } from '../model/substrate.ts'
import { subsumes } from './compare-constraint.ts'
import { boundsOf, deniesNothing, undenied, type WithheldValues } from './compare-permission.ts'
import type { Difference, DifferenceCode } from './difference.ts'
import { SECRET_MASK } from './evaluate.ts'
import { holdsSecret } from './secret-name.ts'
import { namesSurface } from './surface.ts'

const keyOf = (...parts: readonly (string | null)[]): string => JSON.stringify(parts)
const valueKey = ({ substrate, action, dimension, value }: Withheld): string =>
  JSON.stringify([substrate, action, dimension, value])

/** A policy with its lists indexed. */
export interface Indexed {
  readonly policy: DerivedPolicy
  permission(substrate: Substrate, action: string): Permission | null
  withheldOf(substrate: Substrate, action: string): WithheldValues
  withholds(entry: Withheld): boolean
  /** Where no permission covers the surface: whether every request on it is for a person, or some, or none. */
  reviews(substrate: Substrate, action: string): 'all' | 'some' | 'none'
  /** Where no permission covers the surface: whether the session may explain a call there. */
  explains(substrate: Substrate, action: string): boolean
}

export const indexed = (policy: DerivedPolicy): Indexed => {
  const permissions = new Map(policy.permissions.map(one => [keyOf(one.substrate, one.action), one]))
  const surfaces = new Set<string>()
  const entries = new Set<string>()
  const values = new Map<string, Map<string, Scalar[]>>()
  for (const entry of policy.withheld) {
    entries.add(valueKey(entry))
    const { substrate, action, dimension, value } = entry
    if (dimension === null) surfaces.add(keyOf(substrate, action))
    else {
      const key = keyOf(substrate, action)
      const ofSurface = values.get(key) ?? new Map<string, Scalar[]>()
      values.set(key, ofSurface)
      const known = ofSurface.get(dimension)
      if (known === undefined) ofSurface.set(dimension, [value])
      else known.push(value)
    }
  }
  return {
    policy,
    permission: (substrate, action) => permissions.get(keyOf(substrate, action)) ?? null,
    withheldOf: (substrate, action) => values.get(keyOf(substrate, action)) ?? new Map(),
    withholds: entry => entries.has(valueKey(entry)),
    reviews: (substrate, action) => {
      if (surfaces.has(keyOf(substrate, action)) || !policy.bounds.includes(substrate)) return 'all'
      const named = policy.envelopes.filter(
        envelope => envelope.substrate === substrate && namesSurface(envelope, action),
      )
      if (named.some(({ values }) => values === null)) return 'all'
      return named.length > 0 ? 'some' : 'none'
    },
    explains: (substrate, action) =>
      policy.bounds.includes(substrate) &&
      policy.envelopes.some(
        envelope =>
          envelope.explained !== null &&
          envelope.substrate === substrate &&
          namesSurface(envelope, action) &&
          !envelope.explained.except.includes(action),
      ),
  }
}

const surface = (
  code: DifferenceCode,
  widens: boolean,
  { substrate, action }: { readonly substrate: Substrate; readonly action: string | null },
  rest: Partial<Pick<Difference, 'dimension' | 'before' | 'after'>> = {},
): Difference => ({ code, widens, substrate, action, dimension: null, before: '', after: '', ...rest })

/** Surfaces that only one of the policies permits. */
export const compareSurfaces = (before: Indexed, after: Indexed): readonly Difference[] => {
  const removed = before.policy.permissions.filter(one => after.permission(one.substrate, one.action) === null)
  const added = after.policy.permissions.filter(one => before.permission(one.substrate, one.action) === null)
  return [
    ...added.map(one => {
      const was = before.reviews(one.substrate, one.action) === 'none' ? 'deny' : 'review'
      return surface('permission-added', true, one, { before: was, after: 'allow' })
    }),
    // What the permission denied is now for a person to decide, where the surface as a whole is.
    ...removed.map(one => {
      const reviewed = after.reviews(one.substrate, one.action) !== 'none'
      const explained = after.explains(one.substrate, one.action)
      const widens = explained || (reviewed && !deniesNothing(one))
      return surface('permission-removed', widens, one, {
        before: 'allow',
        after: explained ? 'allow or review' : reviewed ? 'review' : 'deny',
      })
    }),
  ]
}

/** Whether withholding it in `after` lets through to a person what `before` denied. */
const withholdingWidens = (before: Indexed, after: Indexed, entry: Withheld): boolean => {
  const { substrate, action, dimension, value } = entry
  const old = before.permission(substrate, action)
  const now = after.permission(substrate, action)
  // A permission that came or went is a difference of its own.
  if (dimension === null) return now === null && old === null && before.reviews(substrate, action) !== 'all'
  // So is a dimension that is withheld as a whole: its bounds are compared with the permission's.
  if (now === null || old === null || !now.dimensions.some(one => one.dimension === dimension)) return false
  const held = before.withheldOf(substrate, action).get(dimension) ?? []
  const bounds = boundsOf(old, dimension, held)
  const withheld = bounds.listed ? held : []
  return subsumes(undenied(bounds, withheld), { kind: 'set', values: [value] }) !== 'yes'
}

const shown = (dimension: string, value: Scalar): string => {
  if (holdsSecret(dimension, value)) return SECRET_MASK
  return typeof value === 'string' ? value : JSON.stringify(value)
}

export const compareWithheld = (before: Indexed, after: Indexed): readonly Difference[] => {
  const line = ({ dimension, value }: Withheld): string =>
    dimension === null ? 'the surface' : value === null ? 'the dimension' : shown(dimension, value)
  return [
    ...after.policy.withheld
      .filter(entry => !before.withholds(entry))
      .map(entry =>
        surface('withheld-added', withholdingWidens(before, after, entry), entry, {
          dimension: entry.dimension,
          after: line(entry),
        }),
      ),
    ...before.policy.withheld
      .filter(entry => !after.withholds(entry))
      .map(entry => surface('withheld-removed', false, entry, { dimension: entry.dimension, before: line(entry) })),
  ]
}

const envelopesOf = (policy: DerivedPolicy, substrate: Substrate): readonly SurfaceEnvelope[] =>
  policy.envelopes.filter(envelope => envelope.substrate === substrate)

/** Whether `wide` allows whatever `narrow` does, of the names that both have. */
const explainsMore = ({ explained: wide }: SurfaceEnvelope, { explained: narrow }: SurfaceEnvelope): boolean => {
  if (narrow === null) return true
  if (wide === null || wide.except.some(action => !narrow.except.includes(action))) return false
  const isAsked = wide.some === null || (narrow.some !== null && subsumes(wide.some, narrow.some) === 'yes')
  return isAsked && subsumes(wide.every, narrow.every) === 'yes'
}

const covers = (wide: SurfaceEnvelope, narrow: SurfaceEnvelope): boolean =>
  explainsMore(wide, narrow) &&
  (wide.values === null || (narrow.values !== null && subsumes(wide.values, narrow.values) === 'yes'))

/** Names that envelopes of `of` have and those of `than` have not, or for fewer values: first words, and prefixes with `…`. */
const beyond = (of: readonly SurfaceEnvelope[], than: readonly SurfaceEnvelope[]): readonly string[] =>
  of
    .flatMap(envelope => {
      const wider = than.filter(other => covers(other, envelope))
      const words = new Set(wider.flatMap(({ firstWords }) => firstWords))
      const prefixes = wider.flatMap(other => other.prefixes)
      return [
        ...envelope.firstWords.filter(word => !words.has(word)),
        ...envelope.prefixes
          .filter(prefix => !prefixes.some(shorter => prefix.startsWith(shorter)))
          .map(prefix => `${prefix}…`),
      ]
    })
    .sort()

/** What happens to surfaces that were never observed. */
export const compareUnobserved = ({ policy: before }: Indexed, { policy: after }: Indexed): readonly Difference[] =>
  SUBSTRATES.flatMap(substrate => {
    const at = { substrate, action: null }
    const found: Difference[] = []
    const was = before.bounds.includes(substrate)
    const is = after.bounds.includes(substrate)
    if (was && !is) found.push(surface('bound-removed', true, at))
    if (!was && is) found.push(surface('bound-added', false, at))
    const [old, now] = [envelopesOf(before, substrate), envelopesOf(after, substrate)]
    const more = beyond(now, old)
    const fewer = beyond(old, now)
    // An unbounded substrate denies nothing that an envelope could let through.
    if (more.length > 0) found.push(surface('envelope-widened', was && is, at, { after: more.join(', ') }))
    if (fewer.length > 0) found.push(surface('envelope-narrowed', false, at, { before: fewer.join(', ') }))
    return found
  })
