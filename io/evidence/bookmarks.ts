/** What followers hand out → how far each file was read, and those that it was rotated into: what the next run goes on from. */
import type { Followed } from './follower.ts'
import type { FollowPosition } from './tail.ts'

/** By the path that is followed: a position for each file that is not read to its end. */
export type Bookmarks = ReadonlyMap<string, readonly FollowPosition[]>

export interface BookmarkKeeper {
  /** Everything that was handed out, in its order. */
  note(followed: Followed): void
  /** Of the files of which something was noted since this was asked. */
  changed(): Bookmarks
}

export const createBookmarks = (from: Bookmarks): BookmarkKeeper => {
  const files = new Map(
    [...from].map(([file, positions]) => [file, new Map(positions.map(position => [position.identity, position]))]),
  )
  const news = new Set<string>()
  /** Finished, and nothing is there yet that came after it. */
  const last = new Map<string, string>()
  return {
    note: followed => {
      if ('loss' in followed) return
      const { file } = followed
      const open = files.get(file) ?? new Map<string, FollowPosition>()
      files.set(file, open)
      news.add(file)
      if ('finished' in followed) {
        if (open.size === 1 && open.has(followed.finished)) last.set(file, followed.finished)
        else open.delete(followed.finished)
        return
      }
      const position = 'opened' in followed ? followed.opened : followed.position
      open.set(position.identity, position)
      const before = last.get(file)
      if (before === undefined) return
      if (before !== position.identity) open.delete(before)
      last.delete(file)
    },
    changed: () => {
      const changed = new Map([...news].map(file => [file, [...(files.get(file)?.values() ?? [])]]))
      news.clear()
      return changed
    },
  }
}
