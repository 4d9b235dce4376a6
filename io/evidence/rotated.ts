/** Files beside one that is followed, under names that rotation gives: `audit.log.1`, `audit-2026-01-01.log`, `audit.log.2.gz`. */
import { createReadStream } from 'node:fs'
import { type FileHandle, open, readdir, stat } from 'node:fs/promises'
import { basename, dirname, extname, join } from 'node:path'
import { decompressed } from './decompress.ts'

export interface Sibling {
  readonly path: string
  readonly identity: string
  /** The same, and when it was made: a file system gives a number again once its file is gone. */
  readonly key: string
  readonly size: number
  /** Milliseconds. */
  readonly modified: number
}

/** What tells a file from all that are there. */
export const identityOf = ({ dev, ino }: { readonly dev: number; readonly ino: number }): string => `${dev}:${ino}`

/** Whether rotation names what was `own` like this: something follows the name, or a number or a time is put before its ending. */
const isRotated = (name: string, own: string): boolean => {
  if (name.startsWith(`${own}.`) || name.startsWith(`${own}-`)) return true
  const ending = extname(own)
  const stem = own.slice(0, own.length - ending.length)
  if (ending === '' || !name.startsWith(stem)) return false
  return /^[-.]\d[\dTZ:._-]*$/.test(name.slice(stem.length).replace(/\.gz$/, '').slice(0, -ending.length))
}

/** Oldest first. Without the file itself. */
export const siblingsOf = async (path: string): Promise<readonly Sibling[]> => {
  const own = basename(path)
  const names = await readdir(dirname(path)).catch(() => [])
  const found: Sibling[] = []
  for (const name of names) {
    if (!isRotated(name, own)) continue
    const file = join(dirname(path), name)
    const known = await stat(file).catch(() => null)
    if (known?.isFile()) {
      const identity = identityOf(known)
      const { size, mtimeMs: modified, birthtimeMs } = known
      found.push({ path: file, identity, key: `${identity}:${birthtimeMs}`, size, modified })
    }
  }
  return found.sort((a, b) => a.modified - b.modified || (a.path < b.path ? -1 : 1))
}

/** Whether a file, or what an archive holds, begins with these bytes; an empty beginning tells nothing. */
export const beginsWith = async (path: string, head: Uint8Array): Promise<boolean> => {
  if (head.length === 0) return false
  let begin: Uint8Array = new Uint8Array()
  try {
    for await (const piece of decompressed(createReadStream(path))) {
      if (!('broken' in piece)) begin = Buffer.concat([begin, piece.bytes])
      if ('broken' in piece || begin.length >= head.length) break
    }
  } catch {
    return false
  }
  return begin.length >= head.length && Buffer.compare(begin.subarray(0, head.length), head) === 0
}

/** The first bytes, up to so many. */
export const headOf = async (path: string, length: number): Promise<Uint8Array> => {
  const handle = await open(path, 'r').catch(() => null)
  if (handle === null) return new Uint8Array()
  try {
    const { bytesRead, buffer } = await handle.read(Buffer.alloc(length), 0, length, 0)
    return buffer.subarray(0, bytesRead)
  } finally {
    await handle.close()
  }
}

export const isArchive = async (handle: FileHandle): Promise<boolean> => {
  const { bytesRead, buffer } = await handle.read(Buffer.alloc(2), 0, 2, 0)
  return bytesRead === 2 && buffer[0] === 0x1f && buffer[1] === 0x8b
}

/** Null: it is gone. */
export const openFile = async (path: string): Promise<{ handle: FileHandle; identity: string } | null> => {
  const handle = await open(path, 'r').catch(() => null)
  if (handle === null) return null
  return { handle, identity: identityOf(await handle.stat()) }
}
