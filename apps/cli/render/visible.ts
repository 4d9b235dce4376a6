/**
 * Untrusted text → text that shows what it is: control, invisible and direction-changing characters become escapes, and
 * what is too long is cut with a mark. The one escaping under the Markdown and the terminal writer.
 */

import type { Scalar } from '../../../core/model/scalar.ts'

/** Control, format, private and surrogate characters, separators, everything that is not drawn, and blanks but the plain one. */
const HIDDEN =
  /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\p{Noncharacter_Code_Point}\u2800]|(?! )\p{Zs}/u
const NAMED: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t', '\\': '\\\\' }

const escaped = (char: string): string =>
  NAMED[char] ?? (HIDDEN.test(char) ? `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}` : char)

/** At most about `max` UTF-16 units of escaped text; what is left out is counted: `abc…(+12)`. Looks at no more than it shows. */
export const visible = (text: string, max: number): string => {
  let shown = ''
  let read = 0
  for (const char of text) {
    const next = escaped(char)
    if (shown.length + next.length > max) break
    shown += next
    read += char.length
  }
  return read === text.length ? shown : `${shown}…(+${text.length - read})`
}

/** A value as JSON writes it, so that `"5"` and `5` are told apart; escaped and cut. */
export const quoted = (value: Scalar, max: number): string =>
  typeof value === 'string' ? `"${visible(value, max).replaceAll('"', '\\"')}"` : String(value)
