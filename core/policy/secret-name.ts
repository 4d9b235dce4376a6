/** Dimensions whose name says that their values are secrets: those are never shown, stored or allowed by value. */
import type { Scalar } from '../model/scalar.ts'
import { isSecret } from './infer-type.ts'
import { wordsOf } from './surface.ts'

const SECRET_NOUNS = new Set(
  'apikey authorization bearer cookie credential credentials cvc cvv otp passcode passphrase passwd password passwords pin privatekey pwd secret secrets ssn token tokens'.split(
    ' ',
  ),
)

/** Of names that were asked about: the same ones are, for every call. */
const KNOWN = new Map<string, boolean>()
const KNOWN_NAMES = 10_000
/** Longer names are asked about again. */
const KNOWN_LENGTH = 256

export const isSecretName = (dimension: string): boolean => {
  const known = KNOWN.get(dimension)
  if (known !== undefined) return known
  const isSecret = saysSecret(dimension)
  if (dimension.length > KNOWN_LENGTH) return isSecret
  if (KNOWN.size >= KNOWN_NAMES) KNOWN.clear()
  KNOWN.set(dimension, isSecret)
  return isSecret
}

const saysSecret = (dimension: string): boolean => {
  const name = dimension.replace(/\[\]/g, '').split('.').pop() ?? dimension
  return wordsOf(name).some(word => SECRET_NOUNS.has(word)) || /api_?key|private_?key/i.test(name)
}

/** Whether a value is secret, by the name of its dimension or by what it looks like: a person's word does not make it less so. */
export const holdsSecret = (dimension: string, value: Scalar): boolean => isSecretName(dimension) || isSecret(value)
