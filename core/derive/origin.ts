/** Where a value that a session used came from, as far as the profile can tell. */
import type { Micros } from '../model/observation.ts'
import type { WitnessProfile } from '../model/profile.ts'
import type { Scalar } from '../model/scalar.ts'
import { disguisesOf } from '../policy/disguises.ts'
import { hashName } from '../policy/name-hash.ts'
import { legible } from '../policy/normalize-text.ts'
import { TELLING } from '../policy/prompted.ts'
import { tokensOf } from '../policy/tokens.ts'

/**
 * `request`: the user wrote it. `field`: a tool returned it whole. `prose`: a text that was read mentions it, or a telling
 * part of it. `own`: nothing that was read does. `unknown`: what was read is not known.
 */
export type Origin = 'request' | 'field' | 'prose' | 'own' | 'unknown'

const traced = (value: Scalar, witness: WitnessProfile, at: Micros): Origin => {
  const had = (names: ReadonlyMap<number, Micros>, name: string): boolean =>
    (names.get(hashName(name)) ?? Infinity) <= at
  const text = legible(String(value))
  const tokens = [...tokensOf(text)]
  if (tokens.length > 0 && tokens.every(token => had(witness.asked, token))) return 'request'
  const hash = hashName(text)
  // First returned, then used: a value that the session had passed on before is an echo.
  const returned = witness.fields.get(hash) ?? Number.POSITIVE_INFINITY
  if (returned <= at && returned <= (witness.sent.get(hash) ?? Number.POSITIVE_INFINITY)) return 'field'
  if (witness.unknown !== null && witness.unknown <= at) return 'unknown'
  const whole = tokens.length > 0 && tokens.every(token => had(witness.read, token))
  const telling = tokens.some(
    token => token.length >= TELLING && !had(witness.asked, token) && had(witness.read, token),
  )
  const isDisguised = disguisesOf(value).some(form => {
    const parts = [...tokensOf(form)]
    return parts.length > 0 && parts.every(part => had(witness.read, part))
  })
  return whole || telling || isDisguised ? 'prose' : 'own'
}

/** Where a field that gave the value stood; null: none did, or it has no name. */
export const placeOf = (value: Scalar, witness: WitnessProfile | undefined): string | null =>
  witness?.places.get(hashName(legible(String(value)))) ?? null

/**
 * Asked for the same value of the same witness by every rule, every fold and every variant of the decisions. INVARIANT: a
 * profile that something was derived from changes no more.
 */
const known = new WeakMap<WitnessProfile, Map<Scalar, { readonly at: Micros; readonly origin: Origin }>>()

export const originOf = (value: Scalar, witness: WitnessProfile | undefined, at: Micros): Origin => {
  if (witness === undefined) return 'unknown'
  const origins = known.get(witness) ?? new Map<Scalar, { readonly at: Micros; readonly origin: Origin }>()
  known.set(witness, origins)
  const before = origins.get(value)
  if (before?.at === at) return before.origin
  const origin = traced(value, witness, at)
  origins.set(value, { at, origin })
  return origin
}
