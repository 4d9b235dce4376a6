/**
 * Where a former run was → the files that it was in, under whatever names they have now, each from there on. What was rotated after the
 * oldest of them may have been read by nobody, and is; what was rotated before was read to its end.
 */
import { stat } from 'node:fs/promises'
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

async function* goOn(follower: Follower, path: string | null, from: FollowPosition): AsyncGenerator<Followed> {
  const opened = path === null ? null : await openFile(path)
  if (opened === null || opened.identity !== from.identity) {
    await opened?.handle.close()
    yield { file: follower.file, finished: from.identity }
    yield lossOf(follower, from.identity, from.offset, 'the file went away, or was cut, before it was read to its end')
    return
  }
  const tail = await tailFrom(opened.handle, opened.identity, from.offset, from.lines)
  if (path === follower.file) follower.current = tail
  else follower.leaving.push({ tail, until: Date.now() + follower.grace })
}

export async function* resume(follower: Follower, positions: readonly FollowPosition[]): AsyncGenerator<Followed> {
  const siblings = await siblingsOf(follower.file)
  // Oldest first, the one that has the name now last.
  const paths = [...siblings.map(({ path }) => path), follower.file]
  const found = new Map<FollowPosition, string>()
  let oldest = paths.length
  for (const position of positions) {
    for (const [index, path] of paths.entries()) {
      if (!(await isOf(path, position))) continue
      found.set(position, path)
      oldest = Math.min(oldest, index)
    }
  }
  // Where none is found, nobody knows what was read of those beside it: they count once.
  await ignore(follower, found.size === 0 ? [] : siblings.slice(0, oldest))
  for (const position of positions) yield* goOn(follower, found.get(position) ?? null, position)
}
