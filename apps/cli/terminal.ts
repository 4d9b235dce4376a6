/**
 * Untrusted text → text that a terminal shows and does not obey. Every string that came from evidence, a file or the
 * command line goes through here on its way out, except in JSON, whose own escapes do the same.
 */

/** Controls, format and direction marks, lone surrogates, private use, separators other than a space. */
const UNSAFE = /(?! )[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}\p{Zs}]/gu

const NAMED: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' }

const escape = (character: string): string => NAMED[character] ?? `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`

const MAX = 300

/** One line, at most `max` characters of it. */
export const printable = (text: string, max = MAX): string => {
  const cut = text.length > max ? `${text.slice(0, max)}…` : text
  return cut.replace(UNSAFE, escape)
}

/** JSON on one line that is safe on a terminal too: what JSON leaves as itself and a terminal may obey is escaped. */
export const printableJson = (value: unknown, indent?: number): string =>
  JSON.stringify(value, null, indent).replace(/(?![\n ])[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}]/gu, character =>
    Array.from({ length: character.length }, (_, index) => character.charCodeAt(index))
      .map(unit => `\\u${unit.toString(16).padStart(4, '0')}`)
      .join(''),
  )
