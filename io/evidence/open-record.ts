/**
 * Bytes of lines, one after the other → whether a record goes on in the next line. It counts brackets as the splitter does, and parses
 * nothing: a text may be cut where none is open, and each part be split by itself.
 */

const [QUOTE, BACKSLASH, LINE_FEED] = [0x22, 0x5c, 0x0a]
const [BRACE, BRACE_END, BRACKET, BRACKET_END] = [0x7b, 0x7d, 0x5b, 0x5d]
const BLANK = 0x20

export interface OpenRecord {
  /** The line from `from` to before `to`, without its end. True: nothing is open behind it. */
  line(bytes: Uint8Array, from: number, to: number): boolean
  /** Whatever was open is given up. */
  forget(): void
}

/** Where the string ends whose quote stands before `from`: behind its quote, or -1 where it does not. */
const behindString = (bytes: Uint8Array, from: number, to: number): number => {
  for (let at = from; at < to; at++) {
    const byte = bytes[at]
    if (byte === BACKSLASH) at += 1
    else if (byte === QUOTE) return at + 1
  }
  return -1
}

/** Bytes of one record, beyond which it is none. */
export const createOpenRecord = (most: number): OpenRecord => {
  let [depth, length, isObject] = [0, 0, false]

  /** Up to where the outermost bracket closes: behind it, or -1: it does not, or the text cannot become JSON (then nothing is open). */
  const measure = (bytes: Uint8Array, from: number, to: number): number => {
    for (let at = from; at < to; at++) {
      const byte = bytes[at]
      if (byte === QUOTE) {
        const behind = behindString(bytes, at + 1, to)
        if (behind < 0) {
          depth = 0
          return -1
        }
        at = behind - 1
      } else if (byte === BRACE || byte === BRACKET) depth += 1
      else if (byte === BRACE_END || byte === BRACKET_END) {
        depth -= 1
        if (depth <= 0) {
          const isWhole = depth === 0
          depth = 0
          return isWhole ? at + 1 : -1
        }
      }
    }
    return -1
  }

  const begin = (bytes: Uint8Array, from: number, to: number): void => {
    for (let at = from; ; ) {
      while (at < to && (bytes[at] ?? 0) <= BLANK) at += 1
      const first = bytes[at]
      if (at >= to || (first !== BRACE && first !== BRACKET)) return
      isObject = first === BRACE
      length = to - at
      at = measure(bytes, at, to)
      if (at < 0) return
    }
  }

  return {
    line: (bytes, from, to) => {
      if (depth > 0 && !(isObject && bytes[from] === BRACE)) {
        length += to - from + 1
        const behind = measure(bytes, from, to)
        if (length > most) depth = 0
        else if (behind >= 0) begin(bytes, behind, to)
      } else {
        depth = 0
        begin(bytes, from, to)
      }
      return depth === 0
    },
    forget: () => {
      depth = 0
    },
  }
}

export const lineEnd = (bytes: Buffer, from: number): number => bytes.indexOf(LINE_FEED, from)
