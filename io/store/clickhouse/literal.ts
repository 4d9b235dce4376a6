/** Text → a literal of ClickHouse's SQL. Old servers know no query parameters, so everything that is not plain is spelled in bytes. */
const BYTES = new TextEncoder()

/** Lone surrogates have no bytes: see `well-formed.ts` for those that must come back as they were. */
export const literal = (text: string): string => {
  let escaped = ''
  for (const byte of BYTES.encode(text)) {
    const char = String.fromCharCode(byte)
    escaped += /[A-Za-z0-9_./: -]/.test(char) ? char : `\\x${byte.toString(16).padStart(2, '0')}`
  }
  return `'${escaped}'`
}

export const literals = (texts: readonly string[]): string => texts.map(literal).join(', ')
