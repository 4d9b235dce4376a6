/**
 * Bytes of one message that is too large to keep → the id that stands in it, whatever else its inside calls an id: a wrong one would
 * answer another request, and leave the one that waits without an answer. Reads each byte once and keeps a few hundred.
 */
import type { MessageId } from './message.ts'

export interface IdScanner {
  push(chunk: Uint8Array): void
  /** Null: there is none, or none that can be read. */
  id(): MessageId | null
}

/** Bytes of a key or an id that are kept; a longer one is none. */
const KEPT = 256

const CODE = (character: string): number => character.charCodeAt(0)
const [QUOTE, BACKSLASH, COLON, COMMA] = [CODE('"'), CODE('\\'), CODE(':'), CODE(',')]
const OPENING: ReadonlySet<number> = new Set([CODE('{'), CODE('[')])
const CLOSING: ReadonlySet<number> = new Set([CODE('}'), CODE(']')])

const parsed = (bytes: readonly number[]): unknown => {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8'))
  } catch {
    return undefined
  }
}

export const createIdScanner = (): IdScanner => {
  let depth = 0
  let isText = false
  let isEscaped = false
  /** What stands at the top level since the last `:`, `,` or bracket there. */
  let token: number[] = []
  let isId = false
  let found: MessageId | null = null

  const keep = (byte: number): void => {
    if (depth === 1 && token.length <= KEPT) token.push(byte)
  }
  const finish = (): void => {
    if (isId) {
      const value = token.length > KEPT ? undefined : parsed(token)
      found = typeof value === 'string' || (typeof value === 'number' && Number.isFinite(value)) ? value : null
    }
    isId = false
    token = []
  }
  const inText = (byte: number): void => {
    keep(byte)
    if (isEscaped) isEscaped = false
    else if (byte === BACKSLASH) isEscaped = true
    else if (byte === QUOTE) isText = false
  }
  const structure = (byte: number): void => {
    if (OPENING.has(byte)) {
      // An id that is a structure is none.
      keep(byte)
      depth += 1
      if (depth === 1) token = []
    } else if (CLOSING.has(byte)) {
      if (depth === 1) finish()
      depth -= 1
    } else if (depth !== 1) return
    else if (byte === COLON) {
      isId = parsed(token) === 'id'
      token = []
    } else if (byte === COMMA) finish()
    else keep(byte)
  }
  return {
    push: chunk => {
      for (const byte of chunk) {
        if (isText) inText(byte)
        else if (byte === QUOTE) {
          isText = true
          keep(byte)
        } else structure(byte)
      }
    },
    id: () => found,
  }
}
