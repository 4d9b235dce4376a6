/**
 * Untrusted JSON text → its value, or why it is refused. Stricter than `JSON.parse`: a key that is written twice says two things,
 * and whoever asks may have meant the other one; what nests deeper than any request is refused before anything recurses.
 */

const MAX_DEPTH = 64

export type StrictJson = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly why: string }

const TOKEN = /["{}[\]:,]/g
const STRING_END = /["\\]/g

/** The index after the string whose quote stands at `from`. */
const stringEnd = (text: string, from: number): number => {
  for (let at = from + 1; ; at = STRING_END.lastIndex + 1) {
    STRING_END.lastIndex = at
    const match = STRING_END.exec(text)
    if (match === null) return text.length
    if (match[0] === '"') return STRING_END.lastIndex
  }
}

/** Of an object: the keys so far; of an array: null. */
type Open = Set<string> | null

/** Why it is refused, or null. Of valid JSON only. */
const refusal = (text: string): string | null => {
  const open: Open[] = []
  let expectsKey = false
  TOKEN.lastIndex = 0
  for (let match = TOKEN.exec(text); match !== null; match = TOKEN.exec(text)) {
    const [token] = match
    if (token === '"') {
      const end = stringEnd(text, match.index)
      TOKEN.lastIndex = end
      const keys = open.at(-1)
      if (!expectsKey || keys === null || keys === undefined) continue
      // Two spellings of one key are one key.
      const key = String(JSON.parse(text.slice(match.index, end)))
      if (keys.has(key)) return `the key ${JSON.stringify(key.slice(0, 80))} is written twice`
      keys.add(key)
      expectsKey = false
    } else if (token === '{' || token === '[') {
      if (open.length >= MAX_DEPTH) return `it nests deeper than ${MAX_DEPTH} levels`
      open.push(token === '{' ? new Set() : null)
      expectsKey = token === '{'
    } else if (token === '}' || token === ']') {
      open.pop()
      expectsKey = false
    } else {
      expectsKey = token === ',' && open.at(-1) instanceof Set
    }
  }
  return null
}

export const parseStrictly = (text: string): StrictJson => {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return { ok: false, why: text.trim() === '' ? 'the body is empty' : 'the body is not JSON' }
  }
  const why = refusal(text)
  return why === null ? { ok: true, value } : { ok: false, why }
}
