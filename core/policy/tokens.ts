/**
 * A text as the names that stand in it: words, and names made of words (`x@evil-corp.org`, `evil-corp.org`). Scripts
 * written without blanks are cut where they meet Latin letters or digits, so that an address inside them is a name.
 *
 * A name begins with a Latin letter or a digit and goes on with them and with what joins words; or it is letters and marks of any script.
 */
import { hashRange } from './name-hash.ts'
import { legibleWords } from './normalize-text.ts'

/** What a character can be, as bits. */
const IS = { latin: 1, letter: 2, number: 4, joiner: 8, known: 16 } as const
const BEGINS = IS.latin | IS.number
const GOES_ON = BEGINS | IS.joiner
const WORD = IS.letter | IS.number

const LATIN = /\p{Script=Latin}/u
const LETTER = /[\p{L}\p{M}]/u
const NUMBER = /\p{N}/u

const kindOf = (character: string): number =>
  (LATIN.test(character) ? IS.latin : 0) |
  (LETTER.test(character) ? IS.letter : 0) |
  (NUMBER.test(character) ? IS.number : 0) |
  ('._@+-'.includes(character) ? IS.joiner : 0)

/** Of every character that one UTF-16 unit holds, once it was asked for. */
const KINDS = new Uint8Array(65_536)

const kindOfUnit = (unit: number): number => {
  const known = KINDS[unit] ?? 0
  if (known !== 0) return known
  const kind = kindOf(String.fromCharCode(unit)) | IS.known
  KINDS[unit] = kind
  return kind
}

const isHigh = (unit: number): boolean => unit >= 0xd800 && unit < 0xdc00

/** Of the character that begins there. */
const kindAt = (text: string, at: number): number => {
  const unit = text.charCodeAt(at)
  return isHigh(unit) ? kindOf(String.fromCodePoint(text.codePointAt(at) ?? unit)) : kindOfUnit(unit)
}

const widthAt = (text: string, at: number): number =>
  isHigh(text.charCodeAt(at)) && (text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1

/** From there on, as long as characters are of one of the kinds. */
const runOf = (text: string, from: number, to: number, kinds: number): number => {
  let at = from
  while (at < to && (kindAt(text, at) & kinds) !== 0) at += widthAt(text, at)
  return at
}

type Each = (from: number, to: number) => void

const AT = 64

/** The parts of an address, on both sides of each `@`. */
const eachPart = (text: string, from: number, to: number, each: Each): void => {
  let begin = from
  for (let at = from; at < to; at++) {
    if (text.charCodeAt(at) !== AT) continue
    if (at > begin) each(begin, at)
    begin = at + 1
  }
  if (begin > from && to > begin) each(begin, to)
}

const eachWord = (text: string, from: number, to: number, each: Each): void => {
  for (let at = from; at < to; ) {
    const end = runOf(text, at, to, WORD)
    if (end > at) each(at, end)
    at = end > at ? end : at + widthAt(text, at)
  }
}

/** Every name, what stands on either side of its `@`, and the words that it is made of; some more than once. */
const eachToken = (text: string, each: Each): void => {
  for (let at = 0; at < text.length; ) {
    const kind = kindAt(text, at)
    if ((kind & (BEGINS | IS.letter)) === 0) {
      at += widthAt(text, at)
      continue
    }
    const end = runOf(text, at, text.length, (kind & BEGINS) === 0 ? IS.letter : GOES_ON)
    let last = end
    while ((kindAt(text, last - 1) & IS.joiner) !== 0) last--
    each(at, last)
    if (runOf(text, at, last, WORD) < last) {
      eachPart(text, at, last, each)
      eachWord(text, at, last, each)
    }
    at = end
  }
}

export const tokensOf = (text: string): ReadonlySet<string> => {
  const tokens = new Set<string>()
  const words = legibleWords(text)
  eachToken(words, (from, to) => tokens.add(words.slice(from, to)))
  return tokens
}

/** `hashName` of each, without writing it out; some more than once. */
export const eachTokenHash = (text: string, each: (hash: number) => void): void => {
  const words = legibleWords(text)
  eachToken(words, (from, to) => each(hashRange(words, from, to)))
}
