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

/** How a value may stand in what a session has asked or read: as hashes, and each only made where it is asked for. */
interface Spelled {
  readonly value: Scalar
  readonly hash: number
  readonly tokens: readonly { readonly hash: number; readonly isTelling: boolean }[]
  /** Hashes of the parts of each disguise. */
  disguises: readonly (readonly number[])[] | null
}

const spell = (value: Scalar): Spelled => {
  const text = legible(String(value))
  const tokens = [...tokensOf(text)].map(token => ({ hash: hashName(token), isTelling: token.length >= TELLING }))
  return { value, hash: hashName(text), tokens, disguises: null }
}

/** The last one: the same value is asked for one witness after the other. */
let latest: Spelled = spell(null)

const spelled = (value: Scalar): Spelled => {
  if (latest.value !== value) latest = spell(value)
  return latest
}

const disguises = (own: Spelled): readonly (readonly number[])[] => {
  own.disguises ??= disguisesOf(own.value).map(form => [...tokensOf(form)].map(hashName))
  return own.disguises
}

const traced = (value: Scalar, witness: WitnessProfile, at: Micros): Origin => {
  const { asked, fields, read, sent, unknown } = witness
  const isUnknown = unknown !== null && unknown <= at
  // Where nothing was recorded, nothing is looked for.
  if (asked.size === 0 && fields.size === 0 && (isUnknown || read.size === 0)) return isUnknown ? 'unknown' : 'own'
  const had = (names: ReadonlyMap<number, Micros>, hash: number): boolean => (names.get(hash) ?? Infinity) <= at
  const own = spelled(value)
  const { hash, tokens } = own
  if (tokens.length > 0 && tokens.every(token => had(asked, token.hash))) return 'request'
  // First returned, then used: a value that the session had passed on before is an echo.
  const returned = fields.get(hash) ?? Number.POSITIVE_INFINITY
  if (returned <= at && returned <= (sent.get(hash) ?? Number.POSITIVE_INFINITY)) return 'field'
  if (isUnknown) return 'unknown'
  const whole = tokens.length > 0 && tokens.every(token => had(read, token.hash))
  const telling = tokens.some(token => token.isTelling && !had(asked, token.hash) && had(read, token.hash))
  const isDisguised = (): boolean =>
    disguises(own).some(parts => parts.length > 0 && parts.every(part => had(read, part)))
  return whole || telling || isDisguised() ? 'prose' : 'own'
}

/** Where a field that gave the value stood; null: none did, or it has no name. */
export const placeOf = (value: Scalar, witness: WitnessProfile | undefined): string | null =>
  witness?.places.get(spelled(value).hash) ?? null

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
