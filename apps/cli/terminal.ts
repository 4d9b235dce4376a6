/**
 * Untrusted text → text that a terminal shows and does not obey. Every string that came from evidence, a file or the
 * command line goes through here on its way out.
 */
import { visible } from './render/visible.ts'

/** One line, at most about `max` characters of it. */
export const printable = (text: string, max = 300): string => visible(text, max)

const UNSAFE_IN_JSON = /(?![\n ])[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}]/gu

/** JSON in which what JSON leaves as itself and a terminal may obey is escaped too: the same value to a parser. */
export const printableJson = (value: unknown, indent?: number): string =>
  JSON.stringify(value, null, indent).replace(UNSAFE_IN_JSON, character =>
    Array.from({ length: character.length }, (_, index) => character.charCodeAt(index))
      .map(unit => `\\u${unit.toString(16).padStart(4, '0')}`)
      .join(''),
  )
