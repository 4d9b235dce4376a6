/** Where the messages that belong to one modern request go: whatever is told meanwhile, and the answer, after which nothing more. */
import type { Json } from './message.ts'

export interface Reply {
  /** Under the id that the client gave. */
  send(message: Json): void
}

/** What whoever carries a modern request does with it. */
export interface Carried {
  /** The client gave it up, or is gone. */
  gone(): void
  /** Whether the client takes what is sent. */
  ready(isReady: boolean): void
}

/** Of a request that was answered at once. */
export const ANSWERED: Carried = { gone: () => undefined, ready: () => undefined }
