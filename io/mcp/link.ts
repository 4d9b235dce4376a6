/** One connection that carries MCP messages, whatever the transport: what a side can do with it, and what it is told. */
import type { Json, Message, MessageId } from './message.ts'

export interface Link {
  /**
   * `about`: the request of the other side that the message belongs to, where that is known: over HTTP it then travels on that
   * request's own stream. `key`: what a server calls the question that it is, where it is one of several.
   */
  send(message: Json, about?: MessageId | null, key?: string | null): void
  /** The other side cancelled its request: no answer comes. Where a transport keeps something open for the answer, that ends. */
  abandon?(id: MessageId): void
  /** Stops and goes on reading: whoever cannot pass messages on takes no more. */
  pause(): void
  resume(): void
  close(): Promise<void>
}

export interface LinkEvents {
  /** `about`: the request of this side that it belongs to, where that is known; `key`: as above. */
  message(message: Message, about?: MessageId | null, key?: string | null): void
  /** A message over the limit, one that is no message, or an answer that will not come. The id where it could be told. */
  refused(reason: 'too-large' | 'unreadable' | 'lost', id: MessageId | null): void
  /** Whether the other side takes what is sent; false: nothing more should be sent until it is true again. */
  ready(isReady: boolean): void
  /** Once. Nothing comes after it. */
  closed(reason: string): void
}
