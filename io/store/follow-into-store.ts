/**
 * Files that somebody goes on writing → a store, until it is told to end. How far they were read is kept in the store itself, once everything
 * before is: whoever begins again goes on there, and a store that was made anew is given everything.
 */
import { resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { createBookmarks } from '../evidence/bookmarks.ts'
import { followRecords } from '../evidence/follow-records.ts'
import type { Followed } from '../evidence/follower.ts'
import type { Decoded } from './decoded.ts'
import type { Batch, EvidenceStore } from './evidence-store.ts'
import { createFeed } from './feed.ts'

/** Milliseconds that a record waits at most before it is appended. */
const PATIENCE = 1_000

export interface FollowInto {
  readonly files: readonly string[]
  /** Names who reads them: the same in each run, on this machine alone. */
  readonly reader: string
  readonly decode: (record: unknown) => Decoded
  /** Source of what cannot be read, and of what was lost. */
  readonly unread: string
  /** Resolves when the batch is durable; where it rejects, following ends. */
  readonly append: (batch: Batch) => Promise<void>
  readonly signal: AbortSignal
  /** Called once it is kept where each file was begun: whatever is rotated from here on is found again, also by the next run. */
  readonly begun?: () => void
}

/** What is handed on of what was handed out; null: a place to go on from, and no record. */
const createDecoder = (
  decode: (record: unknown) => Decoded,
  unread: string,
): ((followed: Followed) => Decoded | null) => {
  let [last, nth] = ['', 0]
  /** Equal when the same file is read again, and never of two records. */
  const nameOf = ({ identity, mark, offset }: { identity: string; mark: string; offset: number }): string => {
    const place = `${identity} ${mark} ${offset}`
    nth = place === last ? nth + 1 : 0
    last = place
    return `${place} ${nth}`
  }
  return followed => {
    if ('loss' in followed) return { source: unread, items: [{ kind: 'loss', source: unread, ...followed.loss }] }
    if (!('position' in followed)) return null
    const name = nameOf(followed.position)
    if ('record' in followed) return { ...decode(followed.record), name }
    const { problem: reason, detail } = followed
    return { source: unread, items: [{ kind: 'rejected', reason, detail }], name }
  }
}

/** What is handed out, and now and then nothing, so that what waits can be appended. */
async function* withTicks(records: AsyncGenerator<Followed>): AsyncGenerator<Followed | null> {
  const tick = (): Promise<null> => sleep(PATIENCE, null, { ref: false })
  let [next, waited] = [records.next(), tick()]
  for (;;) {
    const came = await Promise.race([next, waited])
    if (came === null) {
      // One timer at a time, however many records come while it runs.
      waited = tick()
      yield null
      continue
    }
    if (came.done === true) return
    yield came.value
    next = records.next()
  }
}

/** Until the signal; then what was read is appended. */
export const followInto = async (
  store: EvidenceStore,
  { files, reader, decode, unread, append, signal, begun = () => undefined }: FollowInto,
): Promise<void> => {
  const paths = files.map(file => resolve(file))
  const from = await store.bookmarks(reader)
  const bookmarks = createBookmarks(from)
  const decoded = createDecoder(decode, unread)
  const feed = createFeed(append)
  const keep = async (): Promise<void> => {
    await feed.flush()
    // INVARIANT: what was noted was added before, so it is durable now.
    const changed = bookmarks.changed()
    if (changed.size > 0) await store.bookmark(reader, changed)
  }
  const taken = new Set(paths.filter(path => (from.get(path)?.length ?? 0) > 0))
  let hasBegun = taken.size === paths.length
  if (hasBegun) begun()
  let since = performance.now()
  // Files are closed also where it is the store that ends it.
  const over = new AbortController()
  const either = AbortSignal.any([signal, over.signal])
  try {
    for await (const followed of withTicks(followRecords(paths, { signal: either, from }))) {
      const record = followed === null ? null : decoded(followed)
      if (record !== null) await feed.add(record, record.name ?? '')
      if (followed !== null) bookmarks.note(followed)
      // A file that was taken up is kept at once: if it is rotated away and this ends, nothing else tells that it was followed.
      const isTakenUp = followed !== null && 'opened' in followed
      if (isTakenUp) taken.add(followed.file)
      if (!isTakenUp && performance.now() - since < PATIENCE) continue
      since = performance.now()
      await keep()
      // A file that is not there yet is waited for.
      if (hasBegun || (taken.size < paths.length && followed !== null)) continue
      begun()
      hasBegun = true
    }
  } finally {
    over.abort()
  }
  await keep()
}
