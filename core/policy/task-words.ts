/** The words of a user's request as small hashes, digits masked: what two requests for the same kind of task have in common. */
import { hashName } from './name-hash.ts'

const MASK = /\p{N}+/gu

export const taskWords = (request: string): readonly number[] =>
  request
    .normalize('NFKC')
    .toLowerCase()
    .replace(MASK, '#')
    .split(/[^\p{L}#]+/u)
    .flatMap(word => (word === '' ? [] : [hashName(word)]))
