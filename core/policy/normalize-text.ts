/**
 * The form in which values are looked for in what the user wrote and in what tools answered: NFKC, lower case, white
 * space as one blank. Two texts that a person reads as the same compare as the same.
 */
import type { Scalar } from '../model/scalar.ts'
import { someOccurrence } from './occurrences.ts'

/**
 * Sorting the marks of one letter costs the square of their number. No script needs thirty (UAX #15, Stream-Safe Text Format);
 * more are composed in pieces. The halfwidth sound marks are letters that become marks.
 */
const MANY_MARKS = /[\p{M}\uFF9E\uFF9F]{30}/gu

/** All marks stand in here or are pairs of units from here: a cheap first look. */
const MAY_BE_MARKS = /[\u0300-\uFFFF]{30}/

const composed = (text: string): string => {
  if (!MAY_BE_MARKS.test(text)) return text.normalize('NFKC')
  const pieces: string[] = []
  let from = 0
  for (const { index, 0: marks } of text.matchAll(MANY_MARKS)) {
    pieces.push(text.slice(from, index + marks.length).normalize('NFKC'))
    from = index + marks.length
  }
  return pieces.join('') + text.slice(from).normalize('NFKC')
}

export const isAscii = (text: string): boolean => {
  for (let at = 0; at < text.length; at++) if (text.charCodeAt(at) > 127) return false
  return true
}

/** Nothing but visible characters of ASCII with single blanks between. */
const isTidy = (text: string): boolean => {
  let before = 32
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code > 126 || code < 32 || (code === 32 && before === 32)) return false
    before = code
  }
  return before !== 32
}

export const normalizeText = (text: string): string => {
  if (isTidy(text)) return text.toLowerCase()
  // What is ASCII is composed already.
  const whole = isAscii(text) ? text : composed(text)
  // A single blank is not replaced by itself.
  return whole
    .toLowerCase()
    .replace(/[^\S ]\s*| \s+/g, ' ')
    .trim()
}

/** What no reader sees and an engine compares: a name with one of these in it is not found in a text without. */
const HIDDEN = /[\p{Default_Ignorable_Code_Point}\p{Cc}\uFFF9-\uFFFB]/gu
const HIDDEN_ASCII = /[^\t-\r -~]/g

const keepBlank = (hidden: string): string => (/\s/.test(hidden) && hidden !== '\uFEFF' ? hidden : '')

/**
 * A text that was written or read, as a person sees it. Of a value that is about to be sent only what is compared with what is
 * forbidden: sent with something hidden in it, it is another value, and nobody gave that one.
 */
export const legible = (text: string): string =>
  normalizeText(isAscii(text) ? text.replace(HIDDEN_ASCII, '') : text.replace(HIDDEN, keepBlank))

const HAS_HIDDEN_ASCII = /[^\t-\r -~]/

/** {@link legible} for who looks at words alone: what is between them may be any blanks. */
export const legibleWords = (text: string): string => {
  if (isAscii(text)) return (HAS_HIDDEN_ASCII.test(text) ? text.replace(HIDDEN_ASCII, '') : text).toLowerCase()
  return composed(text.replace(HIDDEN, keepBlank)).toLowerCase()
}

/** How a value may stand in a text: as itself, a URL also without its scheme and final slash, a number also with cents. */
export const spellings = (value: Scalar): readonly string[] => {
  if (value === null || typeof value === 'boolean') return []
  if (typeof value === 'number') return [String(value), value.toFixed(2)]
  const text = normalizeText(value)
  // An empty text names nothing: nobody can have been talked into it.
  if (text === '') return []
  const bare = text.replace(/^[a-z][a-z0-9+.-]{0,20}:\/\//, '').replace(/\/$/, '')
  return bare === text ? [text] : [text, bare]
}

const WORD = /[\p{L}\p{N}]/u
/** Characters that bind what stands beside them into one name: `a` is not written in `a@b`, nor `x.com` in `evil.x.com`. */
const BINDS = /[\p{L}\p{N}_@./-]/u

const boundaryBefore = (text: string, at: number): boolean => at === 0 || !BINDS.test(text.charAt(at - 1))

const boundaryAfter = (text: string, at: number): boolean => {
  if (at >= text.length) return true
  const next = text.charAt(at)
  if (WORD.test(next) || /[_@/]/.test(next)) return false
  // A full stop or hyphen ends a sentence when a blank follows, and continues a name when a letter does.
  return !/[.-]/.test(next) || at + 1 >= text.length || !WORD.test(text.charAt(at + 1))
}

/** Whether `needle` stands in `text` as a whole name or number; both normalized. Linear. */
export const standsIn = (text: string, needle: string): boolean =>
  someOccurrence(text, needle, at => boundaryBefore(text, at) && boundaryAfter(text, at + needle.length))
