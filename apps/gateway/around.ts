/** What the parts of one conversation hand to each other. */
import type { Link } from '../../io/mcp/link.ts'
import type { Json, MessageId, RequestMessage, ResponseMessage } from '../../io/mcp/message.ts'
import type { Backward } from './backward.ts'
import type { CatalogReader } from './catalog-reader.ts'
import type { Routing } from './routing.ts'
import type { Party, Site } from './site.ts'
import type { Upstream } from './upstream.ts'

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
  readonly forward: (
    upstream: Upstream,
    asked: RequestMessage,
    message: Json,
    change?: (response: ResponseMessage) => ResponseMessage,
  ) => void
  readonly isOpen: (id: MessageId) => boolean
  /** What the client began with: the parameters of its `initialize`. */
  readonly hello: () => unknown
  readonly onCancel: (id: MessageId, cancel: () => void) => void
}
