/**
 * A folder → where its log goes on. Bytes that a crash left behind the last sound seal are copied to a file of their own before
 * they leave the log; a log whose sealed part is damaged is not continued, because what comes after would vouch for it.
 */
import type { KeyObject } from 'node:crypto'
import { join } from 'node:path'
import { done, failed, type Outcome } from '../problem.ts'
import type { Disk } from './disk.ts'
import type { Segment } from './log-writer.ts'
import { firstOfName, tornName } from './segment-name.ts'
import { sha256 } from './sha256.ts'
import { type Place, tailOf } from './tail.ts'

/** What was set aside. */
export interface TornBytes {
  readonly detail: string
  /** Bytes. */
  readonly count: number
  readonly file: string
  readonly digest: string
}

export interface Resumed {
  /** Null: nothing was ever written. */
  readonly place: Place | null
  readonly segment: Segment | null
  readonly torn: TornBytes | null
}

const broken = (where: string): Outcome<never> =>
  failed({
    code: 'receipts-broken',
    what: 'the log is damaged before its last batch, and no crash does that',
    where,
    help: 'keep the folder for `ambit audit verify`, and begin a new one',
  })

const setAside = async (folder: string, disk: Disk, bytes: Buffer, sequence: number): Promise<TornBytes> => {
  const digest = sha256(bytes)
  const file = tornName(sequence, digest)
  const side = await disk.open(join(folder, file))
  try {
    await side.write(bytes, 0)
    await side.sync()
  } finally {
    await side.close()
  }
  await disk.syncFolder(folder)
  const detail = 'bytes behind the last seal, left by a writer that ended in the middle of a batch'
  return { detail, count: bytes.length, file, digest }
}

/** Errors: `receipts-broken`. Throws what the file system throws. */
export const resume = async (folder: string, disk: Disk, key: KeyObject, keyid: string): Promise<Outcome<Resumed>> => {
  const segments = (await disk.list(folder)).filter(name => firstOfName(name) !== null).sort()
  const name = segments.at(-1)
  if (name === undefined) return done({ place: null, segment: null, torn: null })
  const path = join(folder, name)
  const bytes = await disk.read(path)
  const tail = tailOf(bytes, null, key, keyid)
  if (tail.isBroken) return broken(path)
  let { place } = tail
  const previous = segments.at(-2)
  if (place === null && previous !== undefined) {
    const before = await disk.read(join(folder, previous))
    const end = tailOf(before, null, key, keyid)
    if (end.place === null || end.length !== before.length) return broken(join(folder, previous))
    place = end.place
  }
  if (tail.length === 0 && firstOfName(name) !== (place?.sequence ?? 0)) return broken(path)
  const rest = bytes.subarray(tail.length)
  const torn = rest.length === 0 ? null : await setAside(folder, disk, rest, place?.sequence ?? 0)
  const file = await disk.open(path)
  if (torn !== null) {
    await file.truncate(tail.length)
    await file.sync()
  }
  return done({ place, segment: { file, length: tail.length }, torn })
}
