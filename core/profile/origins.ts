/**
 * Where a session's values could have come from, kept as hashed names with their earliest time: enough to tell later, for
 * any value, whether the user asked for it, a field held it whole, or a text that was read mentioned it. A union of two
 * halves of a session is the session.
 */
import type { UserRequest } from '../model/evidence.ts'
import type { Micros, Observation } from '../model/observation.ts'
import { NAMES_CAP, type WitnessProfile } from '../model/profile.ts'
import { fieldPlace, firstPlace } from '../policy/field-place.ts'
import { hashName } from '../policy/name-hash.ts'
import { legible } from '../policy/normalize-text.ts'
import { isField, saysMore } from '../policy/step.ts'
import { eachTokenHash } from '../policy/tokens.ts'

const note = (names: Map<number, Micros>, hash: number, at: Micros): void => {
  const known = names.get(hash)
  if (known === undefined || at < known) names.set(hash, at)
}

/** A field with its place: the earliest, and of those the first by name, so that any order gives the same. */
const noteField = (witness: WitnessProfile, hash: number, at: Micros, place: string | null): void => {
  const { fields, places } = witness
  const known = fields.get(hash)
  if (known === undefined || at < known) {
    fields.set(hash, at)
    if (place === null) places.delete(hash)
    else places.set(hash, place)
  } else if (at === known && place !== null) places.set(hash, firstPlace(places.get(hash), place))
}

const earliest = (a: Micros | null, b: Micros | null): Micros | null =>
  a === null ? b : b === null ? a : Math.min(a, b)

/**
 * More names than the cap: what was dropped is unknown, from the beginning. Dropping late keeps the cost linear; what stays
 * is the same.
 */
export const boundOrigins = (witness: WitnessProfile, slack: number): void => {
  for (const names of [witness.asked, witness.read, witness.fields, witness.sent]) {
    if (names.size <= NAMES_CAP + slack) continue
    for (const dropped of [...names.keys()].sort((a, b) => a - b).slice(NAMES_CAP)) names.delete(dropped)
    if (names === witness.fields)
      for (const hash of witness.places.keys()) if (!names.has(hash)) witness.places.delete(hash)
    if (names !== witness.asked) witness.unknown = Number.NEGATIVE_INFINITY
  }
}

export const addRequest = (witness: WitnessProfile, { text, start }: UserRequest): void => {
  eachTokenHash(text, hash => note(witness.asked, hash, start))
  boundOrigins(witness, NAMES_CAP)
}

export const addResult = (witness: WitnessProfile, { action, result, start, end, values }: Observation): void => {
  for (const { value } of values) note(witness.sent, hashName(legible(String(value))), start)
  if (end === null) return
  if (result === null) {
    witness.unknown = earliest(witness.unknown, end)
    return
  }
  for (const { path, text } of result) {
    if (isField(text)) noteField(witness, hashName(legible(text)), end, fieldPlace(action, path))
    if (saysMore(text)) eachTokenHash(text, hash => note(witness.read, hash, end))
  }
  boundOrigins(witness, NAMES_CAP)
}

export const mergeOrigins = (into: WitnessProfile, from: WitnessProfile): void => {
  for (const [hash, at] of from.asked) note(into.asked, hash, at)
  for (const [hash, at] of from.read) note(into.read, hash, at)
  for (const [hash, at] of from.fields) noteField(into, hash, at, from.places.get(hash) ?? null)
  for (const [hash, at] of from.sent) note(into.sent, hash, at)
  into.unknown = earliest(into.unknown, from.unknown)
  boundOrigins(into, 0)
}
