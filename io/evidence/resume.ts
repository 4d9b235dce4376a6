/**
 * Where a former run was → the files that it was in, under whatever names they have now, each from there on. What was rotated after the
 * oldest of them may have been read by nobody, and is; what was rotated before was read to its end.
 */
import { type FileHandle, stat } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Followed, type Follower, lossOf, REMEMBERED } from './follower.ts'
import { headOf, identityOf, openFile, type Sibling, siblingsOf } from './rotated.ts'
import { type FollowPosition, MARK, markOf, tailFrom } from './tail.ts'

/** What is there already is not taken for something that was rotated away unread. */
export const ignore = async (follower: Follower, siblings: readonly Sibling[]): Promise<void> => {
  for (const { path, identity, key, size } of siblings) {
    follower.known.add(key)
    if (!path.endsWith('.gz')) follower.finished.push({ identity, head: await headOf(path, MARK), offset: size })
  }
  follower.finished.splice(0, follower.finished.length - REMEMBERED)
}

/** Whether it is the file that was read, and not one that was given its number, or was cut and written anew. */
const isOf = async (path: string, { identity, mark, offset }: FollowPosition): Promise<boolean> => {
  const now = await stat(path).catch(() => null)
  if (now === null || identityOf(now) !== identity || now.size < offset) return false
  return markOf(await headOf(path, Math.min(MARK, offset))) === mark
}

interface Found {
  readonly path: string
  readonly handle: FileHandle
}

const openOne = async ({ file }: Follower, position: FollowPosition): Promise<Found | null> => {
  const siblings = await siblingsOf(file)
  for (const path of [...siblings.map(each => each.path), file]) {
    if (!(await isOf(path, position))) continue
    const opened = await openFile(path)
    if (opened?.identity === position.identity) return { path, handle: opened.handle }
    await opened?.handle.close()
  }
  return null
}

/** A file that is given another name while names are looked at is under none of them. Milliseconds between two looks. */
const [LOOKS, PAUSE] = [5, 50]

const openAgain = async (follower: Follower, position: FollowPosition): Promise<Found | null> => {
  for (let looks = 0; looks < LOOKS; looks++) {
    if (looks > 0) await sleep(PAUSE)
    const found = await openOne(follower, position)
    if (found !== null) return found
  }
  return null
}

export async function* resume(follower: Follower, positions: readonly FollowPosition[]): AsyncGenerator<Followed> {
  const [found, missing]: [FollowPosition[], FollowPosition[]] = [[], []]
  for (const position of positions) {
    const opened = await openAgain(follower, position)
    ;(opened === null ? missing : found).push(position)
    if (opened === null) continue
    const tail = await tailFrom(opened.handle, position.identity, position.offset, position.lines)
    if (opened.path === follower.file && follower.current === null) follower.current = tail
    else follower.leaving.push({ tail, until: Date.now() + follower.grace })
  }
  // Oldest first, the one that has the name now last.
  const siblings = await siblingsOf(follower.file)
  const places = found.map(({ identity }) => siblings.findIndex(sibling => sibling.identity === identity))
  const oldest = Math.min(...places.map(place => (place < 0 ? siblings.length : place)), siblings.length)
  // Where none is found, nobody knows what was read of those beside it: they count once.
  await ignore(follower, found.length === 0 ? [] : siblings.slice(0, oldest))
  for (const { identity, offset } of missing) {
    yield { file: follower.file, finished: identity }
    yield lossOf(follower, identity, offset, 'the file went away, or was cut, before it was read to its end')
  }
}
