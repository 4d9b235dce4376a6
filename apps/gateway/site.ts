/** What all conversations of one gateway share, and what is known of the party at the other end of one. */
import type { Identity } from '../../core/model/receipt.ts'
import type { Enforcer } from '../../io/enforce/enforcer.ts'
import type { Log } from '../../io/enforce/log.ts'
import type { Era } from '../../io/mcp/eras.ts'
import type { Catalogs } from './catalog.ts'
import type { Shown } from './tools.ts'
import type { ServerSpec } from './upstream.ts'

export interface Site {
  readonly enforcer: Enforcer
  readonly servers: readonly ServerSpec[]
  readonly catalogs: Catalogs
  /** Whether a catalog that changed holds what it touches, or is only reported. */
  readonly onCatalogChange: 'hold' | 'report'
  readonly shown: Shown
  /** Whether the person behind the client may answer for held calls. */
  readonly elicitation: boolean
  /** Milliseconds between signs of life to a client whose call is held. */
  readonly progressEvery: number
  /** Milliseconds that a call waits for the servers' catalogs. */
  readonly catalogWithin: number
  readonly now: () => number
  readonly newId: () => string
  readonly log: Log
}

export interface Party {
  /** `namespace/name`. */
  readonly workload: string
  /** Null: nobody who may says which task this is, so nothing is known of what came before. */
  readonly session: string | null
  /** In which its messages come. */
  readonly era: Era
  readonly subject: Identity['subject']
  /** Whether what it says that the user asked for is believed, where its messages carry it. */
  readonly assertsRequest: boolean
}

/** In a message of a party that may: what the user asked for, in this turn. Never passed on. */
export const REQUEST_META = 'ambit/request'
/** The same: which task it belongs to, where no session says it. */
export const SESSION_META = 'ambit/session'
