/** One file that is followed: what is open of it, what was finished, and the ways to read on and to end. */
import type { RawRecord } from './read-records.ts'
import { type FollowPosition, markOf, type Tail } from './tail.ts'

export type Followed =
  | (RawRecord & { readonly position: FollowPosition })
  /** Records that were written and may not have been read: nobody knows how many, or whether. */
  | { readonly file: string; readonly loss: { readonly id: string; readonly count: null; readonly detail: string } }
  /** No record, but where to go on: a file was taken up, and is not read beyond this. */
  | { readonly file: string; readonly opened: FollowPosition }
  /** Identity of a file of which nothing more will be read. */
  | { readonly file: string; readonly finished: string }

/** Finished files that are remembered, to know their copies and archives. */
export const REMEMBERED = 64

export interface Finished {
  readonly identity: string
  readonly head: Uint8Array
  readonly offset: number
}

export interface Leaving {
  readonly tail: Tail
  /** Milliseconds: when it is given up, unless it grows. */
  until: number
}

export interface Follower {
  readonly file: string
  readonly grace: number
  current: Tail | null
  readonly leaving: Leaving[]
  readonly finished: Finished[]
  /** Files beside it that were there from the start, or were taken up since. */
  readonly known: Set<string>
  /** The archive under the name that was refused, told of once. */
  archive: string | null
  losses: number
}

export const lossOf = (follower: Follower, identity: string, offset: number, detail: string): Followed => {
  follower.losses += 1
  const id = `${follower.file} ${identity} ${offset} ${follower.losses}`
  return { file: follower.file, loss: { id, count: null, detail } }
}

/** Reads of one file before another has its turn. */
const TURN = 64

/** What is whole now. Gives back whether what was read is gone. */
export async function* readOn({ file }: Follower, tail: Tail): AsyncGenerator<Followed, boolean> {
  for (let turn = 0; turn < TURN; turn++) {
    const { records, state } = await tail.read()
    for (const { split, position } of records) yield { file, ...split, position }
    if (state !== 'more') return state === 'cut'
  }
  return false
}

/** Where the file ends that nothing more is read of. */
export const endOf = (tail: Tail): FollowPosition => ({
  identity: tail.identity,
  mark: markOf(tail.head()),
  offset: tail.offset(),
  lines: 0,
})

/** From its beginning, or from where it was read to before. */
export const openedAt = ({ file }: Follower, tail: Tail): Followed => ({ file, opened: endOf(tail) })

/** No more of it will be read: a record that is not whole is said to be cut. */
export async function* finish(follower: Follower, tail: Tail): AsyncGenerator<Followed> {
  for (const split of tail.end()) yield { file: follower.file, ...split, position: endOf(tail) }
  follower.finished.push({ identity: tail.identity, head: tail.head(), offset: tail.offset() })
  if (follower.finished.length > REMEMBERED) follower.finished.shift()
  await tail.handle.close()
  yield { file: follower.file, finished: tail.identity }
}
