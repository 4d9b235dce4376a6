/**
 * The requests of one client that have no answer yet. INVARIANT: inside, each has an id of ours that is never used again: a client that
 * uses one again after a cancellation gets no answer that belonged to the first.
 */
import { idKey, type MessageId } from '../../io/mcp/message.ts'

interface Open {
  /** As the client gave it. */
  readonly id: MessageId
  readonly cancel: () => void
  /** Under which it wants to hear of progress. */
  readonly token: unknown
  /** The server that it was sent to, and under which id. */
  readonly sent: { readonly to: object; readonly as: MessageId } | null
}

export interface OpenRequests {
  /** Its id here; null: the client uses this id for one that is open. */
  begin(theirs: MessageId, token: unknown): number | null
  has(id: MessageId): boolean
  /** The client's id of an open one. */
  theirs(id: MessageId): MessageId | null
  /** What ends it where the client cancels it; replaces what was said before. */
  onCancel(id: MessageId, cancel: () => void): void
  /** Nothing more is said about it; null: it is not open. */
  take(id: MessageId): Open | null
  /** The same, by the client's id. */
  takeTheirs(id: MessageId): Open | null
  sent(id: MessageId, to: object, as: MessageId): void
  /** The only one that a message with this progress token can be about. */
  only(token: unknown): MessageId | null
  /** The one that was sent under this id; without one, the only one that is there. */
  sentTo(to: object, as: MessageId | null): MessageId | null
  count(): number
  cancelAll(): void
}

export const createOpenRequests = (): OpenRequests => {
  const open = new Map<MessageId, Open>()
  const ours = new Map<string, MessageId>()
  let next = 0
  const onlyOf = ([first, second]: readonly (readonly [MessageId, Open])[]): MessageId | null =>
    first === undefined || second !== undefined ? null : first[0]
  const take = (id: MessageId): Open | null => {
    const entry = open.get(id)
    if (entry === undefined) return null
    open.delete(id)
    ours.delete(idKey(entry.id))
    return entry
  }
  return {
    begin: (theirs, token) => {
      if (ours.has(idKey(theirs))) return null
      const id = ++next
      open.set(id, { id: theirs, cancel: () => undefined, token, sent: null })
      ours.set(idKey(theirs), id)
      return id
    },
    has: id => open.has(id),
    theirs: id => open.get(id)?.id ?? null,
    onCancel: (id, cancel) => {
      const entry = open.get(id)
      if (entry !== undefined) open.set(id, { ...entry, cancel })
    },
    take,
    takeTheirs: theirs => {
      const id = ours.get(idKey(theirs))
      return id === undefined ? null : take(id)
    },
    sent: (id, to, as) => {
      const entry = open.get(id)
      if (entry !== undefined) open.set(id, { ...entry, sent: { to, as } })
    },
    only: token => onlyOf([...open].filter(([, entry]) => entry.token === token)),
    sentTo: (to, as) =>
      onlyOf([...open].filter(([, { sent }]) => sent?.to === to && (as === null || idKey(sent.as) === idKey(as)))),
    count: () => open.size,
    cancelAll: () => {
      for (const { cancel } of open.values()) cancel()
      open.clear()
      ours.clear()
    },
  }
}
