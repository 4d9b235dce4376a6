/**
 * The form in which values are looked for in what the user wrote and in what tools answered: NFKC, lower case, white
 * space as one blank. Two texts that a person reads as the same compare as the same.
 */
import type { Scalar } from '../model/scalar.ts'

export const normalizeText = (text: string): string => text.normalize('NFKC').toLowerCase().replace(/\s+/g, ' ').trim()

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
export const standsIn = (text: string, needle: string): boolean => {
  if (needle === '') return false
  for (let at = text.indexOf(needle); at >= 0; at = text.indexOf(needle, at + 1)) {
    if (boundaryBefore(text, at) && boundaryAfter(text, at + needle.length)) return true
  }
  return false
}
