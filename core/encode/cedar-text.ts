/**
 * Untrusted strings → Cedar source text. Every value of a policy passes through here, so that no tool name, argument
 * name or value can leave its literal.
 */

/** What a literal cannot hold, a reader cannot see, or what reorders the text that is seen. */
const ESCAPED = /["\\\p{C}\p{Zl}\p{Zp}]/gu
const IDENTIFIER = /^[A-Za-z_][A-Za-z0-9_]*$/
const RESERVED = new Set(['true', 'false', 'if', 'then', 'else', 'in', 'is', 'like', 'has', '__cedar'])

/**
 * Cedar strings are Unicode scalar values, JavaScript's are UTF-16: a lone surrogate becomes U+FFFD and its four hex
 * digits, and so does U+FFFD itself, which keeps distinct strings distinct and prefixes prefixes. Policies and requests
 * both use it; a well-formed string without U+FFFD is unchanged.
 */
export const scalarText = (text: string): string =>
  text.replace(/[\uD800-\uDFFF\uFFFD]/gu, unit => `\uFFFD${unit.charCodeAt(0).toString(16)}`)

const escapeCharacter = (character: string): string =>
  character === '"' || character === '\\' ? `\\${character}` : `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`

const escapeText = (text: string): string => text.replace(ESCAPED, escapeCharacter)

/** A literal for what is scalar text already: a placed value, an attribute's name. */
export const quoted = (text: string): string => `"${escapeText(text)}"`

export const cedarString = (text: string): string => quoted(scalarText(text))

/** One part of a `like` pattern: literal text, or null for any characters (also none). */
export type PatternPart = string | null

export const cedarPattern = (parts: readonly PatternPart[]): string =>
  `"${parts.map(part => (part === null ? '*' : escapeText(scalarText(part)).replaceAll('*', '\\*'))).join('')}"`

const isPlainName = (name: string): boolean => IDENTIFIER.test(name) && !RESERVED.has(name)

/** `name` is scalar text. `context.input.amount`, or `context.input["to[]"]` where the name is not an identifier. */
export const attributeOf = (record: string, name: string): string =>
  isPlainName(name) ? `${record}.${name}` : `${record}[${quoted(name)}]`

export const hasAttribute = (record: string, name: string): string =>
  `${record} has ${isPlainName(name) ? name : quoted(name)}`

/** Alternatives per level: the engine's stack does not survive one chain of thousands. */
const BRANCH = 16

/** Joins expressions with `||` or `&&` as a shallow tree. */
export const joined = (operator: '||' | '&&', parts: readonly string[]): string => {
  if (parts.length <= BRANCH) return parts.join(` ${operator} `)
  const size = Math.ceil(parts.length / BRANCH)
  const groups = Array.from({ length: Math.ceil(parts.length / size) }, (_, index) =>
    parts.slice(index * size, (index + 1) * size),
  )
  return groups.map(group => `(${joined(operator, group)})`).join(` ${operator} `)
}

/** JSON with the characters escaped that a reader cannot see or that reorder what is seen. */
export const visibleJson = (value: unknown): string =>
  (JSON.stringify(value, null, 1) ?? 'null').replace(/[^\P{C}\n]|[\p{Zl}\p{Zp}]/gu, character =>
    Array.from(
      { length: character.length },
      (_, index) => `\\u${character.charCodeAt(index).toString(16).padStart(4, '0')}`,
    ).join(''),
  )
