/**
 * Bytes of JSON, or of JSON lines → how many values they hold and how deep, before anything is built from them: two bytes can be
 * an object. A line's end ends every string, as in JSON, so that no broken line hides what comes after it.
 */
export interface JsonSize {
  readonly values: number
  readonly depth: number
}

const [QUOTE, BACKSLASH, COMMA, LINE] = [0x22, 0x5c, 0x2c, 0x0a]
const [SQUARE, CURLY, SQUARE_END, CURLY_END] = [0x5b, 0x7b, 0x5d, 0x7d]

const isEscaped = (bytes: Buffer, quote: number): boolean => {
  let at = quote
  while (bytes[at - 1] === BACKSLASH) at -= 1
  return (quote - at) % 2 === 1
}

export const jsonSize = (bytes: Buffer): JsonSize => {
  let values = 0
  let open = 0
  let depth = 0
  let lineEnd = -1
  /** The last byte of the string that begins before `from`. */
  const stringEnd = (from: number): number => {
    if (lineEnd < from) {
      const found = bytes.indexOf(LINE, from)
      lineEnd = found < 0 ? bytes.length : found
    }
    let quote = bytes.indexOf(QUOTE, from)
    while (quote >= 0 && quote < lineEnd && isEscaped(bytes, quote)) quote = bytes.indexOf(QUOTE, quote + 1)
    return quote < 0 || quote > lineEnd ? lineEnd : quote
  }
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at]
    if (byte === QUOTE) at = stringEnd(at + 1)
    else if (byte === COMMA) values += 1
    else if (byte === SQUARE || byte === CURLY) {
      values += 1
      open += 1
      if (open > depth) depth = open
    } else if ((byte === SQUARE_END || byte === CURLY_END) && open > 0) open -= 1
  }
  return { values, depth }
}
