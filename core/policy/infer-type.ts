/**
 * The type that a single value looks like. Every expression here is anchored and without nested repetition, so that the
 * cost is linear in the (bounded) length.
 */
import type { Scalar } from '../model/scalar.ts'
import type { ValueType } from '../model/value-type.ts'
import { parseAddress } from './addresses.ts'

/** Longer strings are text, whatever they start with. */
const TYPED_LENGTH = 2048

/** Top-level domains that make a two-label name a host; names that are also file endings (`md`, `py`, `sh`) are left out. */
const TLDS = new Set(
  'com org net io dev gov edu mil int co ai app cloud info biz eu us uk de fr nl ch at it es pl se no fi dk jp cn in br au ca ru local internal svc test example'.split(
    ' ',
  ),
)

/** `<secret>` stands for one that was taken out before. */
const SECRET =
  /^(?:<secret>|(?:AKIA|ASIA)[A-Z0-9]{16}|gh[pousr]_[A-Za-z0-9]{20,255}|github_pat_\w{20,255}|xox[abprs]-[\w-]{10,250}|sk-[\w-]{16,250}|glpat-[\w-]{16,250}|eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*)$/
const PRIVATE_KEY = /^\s{0,8}-----BEGIN [A-Z ]{0,20}PRIVATE KEY-----/

/** Whether a value looks like a secret, whatever its dimension is called; the same as being of that type. */
export const isSecret = (value: Scalar): boolean =>
  typeof value === 'string' && (PRIVATE_KEY.test(value) || (value.length <= TYPED_LENGTH && SECRET.test(value)))

const isHost = (text: string): boolean => {
  if (text.length > 253) return false
  const labels = text.toLowerCase().split('.')
  if (labels.length < 2 || !labels.every(label => /^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9])?$/.test(label))) return false
  const last = labels[labels.length - 1] ?? ''
  if (!/^(?:[a-z]{2,24}|xn--[a-z0-9-]{1,59})$/.test(last)) return false
  return TLDS.has(last) || (labels[0] === 'www' && labels.length > 2)
}

const STRING_TYPES: readonly (readonly [ValueType, (text: string) => boolean])[] = [
  ['date', text => /^\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:?\d\d)?)?$/.test(text)],
  ['email', text => /^[^\s@<>"]{1,64}@[A-Za-z0-9.-]{1,253}\.[A-Za-z]{2,24}$/.test(text)],
  ['url', text => /^[A-Za-z][A-Za-z0-9+.-]{0,20}:\/\/\S+$/.test(text)],
  ['arn', text => /^arn:[a-z-]{3,20}:[a-z0-9-]{1,40}:\S*$/.test(text)],
  ['ip', text => parseAddress(text) !== null],
  ['iban', text => /^[A-Z]{2}\d{2}[A-Z0-9]{11,30}$/.test(text)],
  ['host', isHost],
  ['path', text => /^(?:~?\/|\.{1,2}\/)\S*$/.test(text) || /^[^\s/:]+(?:\/[^\s/:]+)+\/?$/.test(text)],
  ['identifier', text => text.length <= 128 && /^[\p{L}\p{N}_.:@#+-]+$/u.test(text)],
]

export const inferType = (value: Scalar): ValueType => {
  if (value === null) return 'null'
  if (typeof value === 'boolean') return 'boolean'
  if (typeof value === 'number') return 'number'
  if (isSecret(value)) return 'secret'
  if (value.length > TYPED_LENGTH) return 'text'
  return STRING_TYPES.find(([, fits]) => fits(value))?.[0] ?? 'text'
}
