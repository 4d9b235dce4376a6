/**
 * Files that somebody goes on writing → their records as they become whole, in spite of rotation: a file that was renamed or deleted
 * is read to its end while the new one is read already; what was rotated away between two looks is found beside it, told from copies of
 * what was read by its first bytes. Where something may be lost, that is said. A file that was both made and removed between two looks
 * is seen by nobody: only numbered streams miss its records.
 */

import { stat } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { endOf, type Finished, type Followed, type Follower, finish, lossOf, openedAt, readOn } from './follower.ts'
import { ignore, resume } from './resume.ts'
import { beginsWith, identityOf, isArchive, openFile, type Sibling, siblingsOf } from './rotated.ts'
import { type FollowPosition, MARK, type Tail, tailFrom } from './tail.ts'

export type { Followed } from './follower.ts'

export interface FollowOptions {
  /** Ends the iteration after the record that is being handed out; nothing is lost: the positions say where to go on. */
  readonly signal: AbortSignal
  /** By path, from a former run: of each file that was not finished. Other files are read from their beginning. */
  readonly from?: ReadonlyMap<string, readonly FollowPosition[]>
  /** Milliseconds between two looks at a file that had nothing more to say. */
  readonly interval?: number
  /** Milliseconds for which a file that was rotated away is still read: its writer may be late to notice. */
  readonly grace?: number
}

const INTERVAL = 250
const GRACE = 60_000
/** Rotated files that are kept open. */
const OPEN = 8
/** What the file is a copy of, as far as is known: what is read, what is still read, what was read. */
const originalOf = async (follower: Follower, { path }: Sibling): Promise<Tail | Finished | null> => {
  const { current, leaving, finished } = follower
  for (const tail of [...(current === null ? [] : [current]), ...leaving.map(each => each.tail)]) {
    if (await beginsWith(path, tail.head())) return tail
  }
  for (const each of finished) if (await beginsWith(path, each.head)) return each
  return null
}

/** A file that was finished and has grown since, or null; what only has its number is forgotten. */
const lateOf = async (follower: Follower, sibling: Sibling): Promise<Finished | null> => {
  const at = follower.finished.findIndex(({ identity }) => identity === sibling.identity)
  const found = follower.finished[at]
  if (found === undefined) return null
  const isSame = sibling.size >= found.offset && (await beginsWith(sibling.path, found.head))
  if (isSame && sibling.size === found.offset) return null
  follower.finished.splice(at, 1)
  if (!isSame) follower.known.delete(sibling.key)
  return isSame ? found : null
}

/** A copy of what the file says now is read in the file, or, where that is cut before, in the copy. */
const isCopyOfCurrent = async ({ current }: Follower, { path }: Sibling): Promise<boolean> => {
  if (current === null) return false
  const { bytesRead, buffer } = await current.handle.read(Buffer.alloc(MARK), 0, MARK, 0)
  return await beginsWith(path, buffer.subarray(0, bytesRead))
}

async function* takeUpOne(follower: Follower, sibling: Sibling): AsyncGenerator<Followed> {
  const late = await lateOf(follower, sibling)
  if (late === null && (follower.known.has(sibling.key) || (await isCopyOfCurrent(follower, sibling)))) return
  follower.known.add(sibling.key)
  if (late === null && (await originalOf(follower, sibling)) !== null) return
  const opened = await openFile(sibling.path)
  if (opened === null || opened.identity !== sibling.identity) {
    await opened?.handle.close()
    yield lossOf(follower, sibling.identity, 0, 'a rotated file went away before it was read')
    return
  }
  if (await isArchive(opened.handle)) {
    await opened.handle.close()
    yield lossOf(follower, sibling.identity, 0, 'a file was rotated into an archive before it was read')
    return
  }
  const tail = await tailFrom(opened.handle, opened.identity, late?.offset ?? 0, 0)
  follower.leaving.push({ tail, until: Date.now() + follower.grace })
  yield openedAt(follower, tail)
}

/** Files that appeared beside it: those that nobody has read are, from their beginning; those that were finished and grew, from there. */
async function* takeUp(follower: Follower): AsyncGenerator<Followed> {
  const siblings = await siblingsOf(follower.file)
  for (const key of follower.known) if (!siblings.some(sibling => sibling.key === key)) follower.known.delete(key)
  const isOpen = ({ identity }: Sibling): boolean =>
    [follower.current, ...follower.leaving.map(({ tail }) => tail)].some(tail => tail?.identity === identity)
  for (const sibling of siblings) if (!isOpen(sibling)) yield* takeUpOne(follower, sibling)
}

/** Still written by who has not noticed that it was rotated. */
async function* readLeaving(follower: Follower): AsyncGenerator<Followed> {
  for (const each of [...follower.leaving]) {
    const before = each.tail.offset()
    const isCut = yield* readOn(follower, each.tail)
    if (each.tail.offset() > before) each.until = Date.now() + follower.grace
    const isOver = Date.now() >= each.until || follower.leaving.length > OPEN
    if (isCut)
      yield lossOf(follower, each.tail.identity, before, 'a rotated file was cut before it was read to its end')
    if (!isCut && !isOver) continue
    follower.leaving.splice(follower.leaving.indexOf(each), 1)
    yield* finish(follower, each.tail)
  }
}

/** The copy that `copytruncate` leaves is read on, for what came between the last look and the cut. */
async function* readCut(follower: Follower, tail: Tail): AsyncGenerator<Followed> {
  const { file } = follower
  let rest = tail
  for (const sibling of await siblingsOf(file)) {
    const isCopy = !follower.known.has(sibling.key) && sibling.size >= tail.offset()
    if (!isCopy || !(await beginsWith(sibling.path, tail.head()))) continue
    const opened = await openFile(sibling.path)
    if (opened === null || (await isArchive(opened.handle))) {
      await opened?.handle.close()
      continue
    }
    follower.known.add(sibling.key)
    rest = tail.moveTo(opened.handle, opened.identity)
    yield* readOn(follower, rest)
    break
  }
  const isFound = rest !== tail
  const detail = isFound
    ? 'the file was copied and cut: what was written between the two is in neither'
    : 'the file was cut, and no copy of it was found'
  yield lossOf(follower, tail.identity, rest.offset(), detail)
  if (isFound) yield* finish(follower, rest)
  else for (const split of tail.end()) yield { file, ...split, position: endOf(tail) }
  follower.current = await tailFrom(tail.handle, tail.identity, 0, 0)
  yield openedAt(follower, follower.current)
  // It may have been cut more than once.
  yield* takeUp(follower)
}

/** Opens the file that has the name now, if there is one. */
const openCurrent = async (follower: Follower): Promise<Followed | null> => {
  const opened = await openFile(follower.file)
  if (opened === null) return null
  if (await isArchive(opened.handle)) {
    await opened.handle.close()
    const isNews = follower.archive !== opened.identity
    follower.archive = opened.identity
    return isNews ? lossOf(follower, opened.identity, 0, 'an archive cannot be followed: give it as evidence') : null
  }
  follower.current = await tailFrom(opened.handle, opened.identity, 0, 0)
  return openedAt(follower, follower.current)
}

/** Whether another file has the name now, or none. */
const isReplaced = async (file: string, { identity }: Tail): Promise<boolean> => {
  const now = await stat(file).catch(() => null)
  return now === null || identityOf(now) !== identity
}

async function* look(follower: Follower): AsyncGenerator<Followed> {
  yield* readLeaving(follower)
  const { current } = follower
  if (current !== null) {
    // Asked before reading: what is written until then is read below, and what comes later while the file leaves.
    const isGone = await isReplaced(follower.file, current)
    const isCut = yield* readOn(follower, current)
    if (isCut) yield* readCut(follower, current)
    if (!isGone) return
    follower.leaving.push({ tail: follower.current ?? current, until: Date.now() + follower.grace })
    follower.current = null
  }
  const opened = await openCurrent(follower)
  if (opened !== null) yield opened
  // After the new file is open: what was rotated before it is beside it now.
  yield* takeUp(follower)
}

/**
 * Follows plain files until the signal; one that does not exist is waited for. Never more than a record and a read of each file is held.
 * Records come in the order of each file; between files, and between a file and the one that replaced it, in no order.
 */
export async function* followRecords(
  paths: readonly string[],
  { signal, from = new Map(), interval = INTERVAL, grace = GRACE }: FollowOptions,
): AsyncGenerator<Followed> {
  const followers: Follower[] = paths.map(file => ({
    file,
    grace,
    current: null,
    leaving: [],
    finished: [],
    known: new Set(),
    archive: null,
    losses: 0,
  }))
  try {
    for (const follower of followers) {
      const positions = from.get(follower.file) ?? []
      if (positions.length > 0) yield* resume(follower, positions)
      else await ignore(follower, await siblingsOf(follower.file))
    }
    while (!signal.aborted) {
      let isQuiet = true
      for (const follower of followers) {
        for await (const each of look(follower)) {
          isQuiet = false
          yield each
          if (signal.aborted) return
        }
      }
      if (isQuiet) await sleep(interval, undefined, { signal }).catch(() => undefined)
    }
  } finally {
    for (const { current, leaving } of followers) {
      for (const tail of [current, ...leaving.map(each => each.tail)]) await tail?.handle.close().catch(() => undefined)
    }
  }
}
