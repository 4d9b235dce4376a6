/** The words of a user's request as small hashes, digits masked: what two requests for the same kind of task have in common. */
import { hashName } from './name-hash.ts'
import { isAscii } from './normalize-text.ts'

const MASK = /\p{N}+/gu
const MASK_ASCII = /\d+/g

const wordsOf = (request: string): readonly string[] =>
  isAscii(request)
    ? request
        .toLowerCase()
        .replace(MASK_ASCII, '#')
        .split(/[^a-z#]+/)
    : request
        .normalize('NFKC')
        .toLowerCase()
        .replace(MASK, '#')
        .split(/[^\p{L}#]+/u)

export const taskWords = (request: string): readonly number[] =>
  wordsOf(request).flatMap(word => (word === '' ? [] : [hashName(word)]))
