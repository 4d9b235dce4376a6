/**
 * One open file that somebody else writes → its records, as far as they are whole. What was read is recognized by its last bytes:
 * where they are gone, the file was cut and written anew, and where it is shorter than what was read, too.
 */
import { createHash } from 'node:crypto'
import type { FileHandle } from 'node:fs/promises'
import { createLines } from './lines.ts'
import { createSplitter, type Split } from './split-records.ts'

const LINE_FEED = 0x0a
/** Bytes of one read: so much is held beside an unfinished record. */
const READ = 256 * 1024
/** Bytes by which what was read is recognized: the first and the last of them. */
export const MARK = 1_024

/** Where reading goes on, once what came before is kept for good. */
export interface FollowPosition {
  /** What tells the file from others while it exists. */
  readonly identity: string
  /** Digest of its first bytes, up to {@link MARK} of those that were read. */
  readonly mark: string
  readonly offset: number
  /** Lines before that. */
  readonly lines: number
}

export interface Tailed {
  readonly split: Split
  readonly position: FollowPosition
}

export interface Tail {
  readonly handle: FileHandle
  /** What tells the file from others while it exists. */
  readonly identity: string
  /** The first bytes that were read, to recognize a copy. */
  head(): Uint8Array
  /** Of the first byte that is not read. */
  offset(): number
  /** `end`: nothing more for now. `cut`: what was read is not there any more. */
  read(): Promise<{ readonly records: readonly Tailed[]; readonly state: 'more' | 'end' | 'cut' }>
  /** Nothing follows. A record that is not whole is a problem. */
  end(): readonly Split[]
  /** Goes on in a copy of the file, from where it is. */
  moveTo(handle: FileHandle, identity: string): Tail
}

export const markOf = (head: Uint8Array): string => createHash('sha256').update(head).digest('base64url').slice(0, 22)

interface Reading {
  readonly offset: number
  readonly lines: number
  readonly head: Uint8Array
  readonly text: ReturnType<typeof textReader>
}

/** Bytes → the splits of each line, one line at a time. */
const textReader = () => {
  const decoder = new TextDecoder()
  const splitter = createSplitter()
  const lines = createLines(splitter.add)
  return {
    push: (bytes: Uint8Array): readonly Split[] => lines.push(decoder.decode(bytes, { stream: true })),
    end: (): readonly Split[] => {
      const splits = lines.push(decoder.decode())
      const rest = lines.take()
      return rest === null
        ? [...splits, ...splitter.add(null), ...splitter.end('', null)]
        : [...splits, ...splitter.end(rest, null)]
    },
  }
}

const openTail = (handle: FileHandle, identity: string, reading: Reading): Tail => {
  let { offset, lines, head } = reading
  const before = lines
  const { text } = reading
  let last: Uint8Array = new Uint8Array()
  let marked: string | null = null

  /** The mark of the file up to an offset, of which the bytes at hand begin at `offset`. */
  const markAt = (bytes: Uint8Array, end: number): string => {
    if (marked !== null) return marked
    const begin = Buffer.concat([head, bytes.subarray(0, Math.max(0, end - offset))]).subarray(0, MARK)
    const mark = markOf(begin)
    if (begin.length === MARK) marked = mark
    return mark
  }

  const consume = (bytes: Buffer): readonly Tailed[] => {
    const records: Tailed[] = []
    let from = 0
    for (let at = bytes.indexOf(LINE_FEED); at >= 0; at = bytes.indexOf(LINE_FEED, from)) {
      lines += 1
      const end = offset + at + 1
      const splits = text.push(bytes.subarray(from, at + 1))
      const position = splits.length === 0 ? null : { identity, mark: markAt(bytes, end), offset: end, lines }
      for (const split of splits) {
        if (position !== null) records.push({ split: { ...split, line: before + split.line }, position })
      }
      from = at + 1
    }
    if (from < bytes.length) text.push(bytes.subarray(from))
    if (head.length < MARK) head = Buffer.concat([head, bytes.subarray(0, MARK - head.length)])
    last = Buffer.from(bytes.length >= MARK ? bytes.subarray(-MARK) : Buffer.concat([last, bytes]).subarray(-MARK))
    offset += bytes.length
    return records
  }

  return {
    handle,
    identity,
    head: () => head,
    offset: () => offset,
    read: async () => {
      const { size } = await handle.stat()
      if (size < offset) return { records: [], state: 'cut' }
      // One read of both: nothing can come between recognizing and reading on.
      const buffer = Buffer.allocUnsafe(last.length + READ)
      const { bytesRead } = await handle.read(buffer, 0, buffer.length, offset - last.length)
      if (bytesRead < last.length || !buffer.subarray(0, last.length).equals(last)) return { records: [], state: 'cut' }
      const fresh = buffer.subarray(last.length, bytesRead)
      return { records: fresh.length === 0 ? [] : consume(fresh), state: fresh.length < READ ? 'end' : 'more' }
    },
    end: () => text.end(),
    moveTo: (other, name) => openTail(other, name, { offset, lines: before, head, text }),
  }
}

/** From the offset on, which must be at the beginning of a line that so many are before. */
export const tailFrom = async (handle: FileHandle, identity: string, offset: number, lines: number): Promise<Tail> => {
  const known = await handle.read(Buffer.alloc(Math.min(MARK, offset)), 0, Math.min(MARK, offset), 0)
  const head = known.buffer.subarray(0, known.bytesRead)
  return openTail(handle, identity, { offset, lines, head, text: textReader() })
}
