/**
 * How a text may spell a value so that a filter does not see it and an agent still can: base64, hex, backwards, rot13. Only
 * what needs no key is worth the search; anything else is a known limit.
 */
import type { Scalar } from '../model/scalar.ts'

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

/** UTF-8; a lone surrogate is the replacement character, as everywhere else. */
const bytesOf = (text: string): readonly number[] => {
  const bytes: number[] = []
  for (const character of text) {
    const point = character.codePointAt(0) ?? 0
    const code = point >= 0xd800 && point <= 0xdfff ? 0xfffd : point
    if (code < 0x80) bytes.push(code)
    else if (code < 0x800) bytes.push(0xc0 | (code >> 6), 0x80 | (code & 63))
    else if (code < 0x10000) bytes.push(0xe0 | (code >> 12), 0x80 | ((code >> 6) & 63), 0x80 | (code & 63))
    else bytes.push(0xf0 | (code >> 18), 0x80 | ((code >> 12) & 63), 0x80 | ((code >> 6) & 63), 0x80 | (code & 63))
  }
  return bytes
}

/** Without padding, so that it stands in the padded form too. */
const base64 = (bytes: readonly number[]): string => {
  let text = ''
  for (let at = 0; at < bytes.length; at += 3) {
    const [a = 0, b, c] = [bytes[at], bytes[at + 1], bytes[at + 2]]
    const group = (a << 16) | ((b ?? 0) << 8) | (c ?? 0)
    const characters = b === undefined ? 2 : c === undefined ? 3 : 4
    for (let place = 0; place < characters; place++) text += ALPHABET[(group >> (18 - 6 * place)) & 63] ?? ''
  }
  return text
}

const DIGITS = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))

const hex = (bytes: readonly number[]): string => {
  let text = ''
  for (const byte of bytes) text += DIGITS[byte] ?? ''
  return text
}

const rot13 = (text: string): string =>
  text.replace(/[a-z]/g, letter => String.fromCharCode(((letter.charCodeAt(0) - 97 + 13) % 26) + 97))

/** Shorter values occur in disguise by chance; longer ones are content, and encoding them all would cost too much. */
const [SHORTEST, LONGEST] = [6, 1_024]

/** The other way round: what a tool that reads percent signs would make of a value, up to three times. Not the value itself. */
export const percentDecoded = (value: Scalar): readonly string[] => {
  if (typeof value !== 'string' || value.length > LONGEST) return []
  const forms: string[] = []
  for (let now = value; /%[0-9a-f]{2}/i.test(now) && forms.length < 3; ) {
    try {
      now = decodeURIComponent(now.replace(/%(?![0-9a-f]{2})/gi, '%25'))
    } catch {
      // Bytes that are no text.
      break
    }
    forms.push(now)
  }
  return forms
}

/** In the form that texts are kept in: lower case, which encodings of different values rarely share. */
export const disguisesOf = (value: Scalar): readonly string[] => {
  if (typeof value !== 'string' || value.length < SHORTEST || value.length > LONGEST) return []
  const bytes = bytesOf(value)
  const encoded = base64(bytes).toLowerCase()
  const lower = value.toLowerCase()
  return [
    ...new Set([
      encoded,
      encoded.replace(/\+/g, '-').replace(/\//g, '_'),
      hex(bytes),
      [...lower].reverse().join(''),
      rot13(lower),
    ]),
  ].filter(form => form !== lower)
}
