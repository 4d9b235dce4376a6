/** What the parts of one conversation hand to each other. */
import type { Link } from '../../io/mcp/link.ts'
import type { Json, MessageId, RequestMessage, ResponseMessage } from '../../io/mcp/message.ts'
import type { Backward } from './backward.ts'
import type { CatalogReader } from './catalog-reader.ts'
import type { Routing } from './routing.ts'
import type { Party, Site } from './site.ts'
import type { Upstream } from './upstream.ts'

/** What is done with the answer of a server. */
export interface Handling {
  readonly change?: (response: ResponseMessage) => ResponseMessage
  /**
   * What the session has shown with it. INVARIANT: in the same turn in which the client is answered, so that what is on its way to the
   * client waits for nothing, and no message of the client is taken in before.
   */
  readonly read?: (response: ResponseMessage) => void
}

export interface Around {
  readonly site: Site
  readonly party: Party
  /** `about`: the id that the request has here. */
  readonly toClient: Link['send']
  readonly upstreams: readonly Upstream[]
  readonly readers: ReadonlyMap<Upstream, CatalogReader>
  readonly routing: Routing
  readonly backward: Backward
  /** Answers a request of the client, unless it was cancelled meanwhile. */
  readonly answer: (id: MessageId, response: ResponseMessage) => void
  /** What the client hears from a server beside results; the agent may read it. */
  readonly told: (message: Json) => void
  readonly forward: (upstream: Upstream, asked: RequestMessage, message: Json, handling?: Handling) => void
  readonly isOpen: (id: MessageId) => boolean
  /** What the client began with: the parameters of its `initialize`. */
  readonly hello: () => unknown
  readonly onCancel: (id: MessageId, cancel: () => void) => void
}
