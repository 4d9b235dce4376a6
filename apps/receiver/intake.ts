/**
 * A request with evidence, of a caller that may write some → stored, or refused with a reason that the ledger will have. The order
 * is the order of cost: what can be refused unread is.
 */
import { createHash, type Hash } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { SourceOptions } from '../../core/model/source.ts'
import type { Take } from '../../io/http/rate-limit.ts'
import type { Grant } from '../../io/tokens/grant.ts'
import type { Appender } from './appender.ts'
import type { Capacity, Room } from './capacity.ts'
import { inScope } from './in-scope.ts'
import { type Media, mediaOf } from './media.ts'
import type { Metrics } from './metrics.ts'
import type { ReadBody } from './read-body.ts'
import { type RecordLimits, recordsOf } from './records-of.ts'
import { refusedForNow, type Taken, taken } from './refused.ts'
import { type Tally, tallyOf } from './tally.ts'

export interface IntakeParts {
  readonly take: Take
  readonly capacity: Capacity
  readonly readBody: ReadBody
  readonly appender: Appender
  readonly metrics: Metrics
  readonly options: SourceOptions
  readonly limits: RecordLimits
  readonly isClosing: () => boolean
}

export interface Sent {
  readonly grant: Grant
  readonly request: IncomingMessage
  readonly isOtlp: boolean
  /** Id of the source to read records by; null: each is recognized. */
  readonly source: string | null
}

const STORE_RETRY_AFTER = 5

const part = (hash: Hash, text: string): Hash => hash.update(`${Buffer.byteLength(text)}:`).update(text)

/** Equal for what the same caller sends again, to be read in the same way. */
const batchId = (bytes: Buffer, { grant, source }: Sent, { format }: Media): string => {
  const hash = createHash('sha256')
  for (const text of [grant.subject, source ?? '', format]) part(hash, text)
  return hash.update(bytes).digest('hex')
}

const takeIn = async (parts: IntakeParts, sent: Sent, media: Media, room: Room): Promise<Taken<Tally>> => {
  const { readBody, appender, metrics, options, limits } = parts
  const body = await readBody(sent.request, media.gzip, room)
  if (!body.ok) {
    room.leave()
    return body
  }
  const { bytes, wire } = body.value
  metrics.bytes(wire, bytes.length)
  const decoded = recordsOf(bytes, media.format, sent.source, options, limits)
  if (!decoded.ok) {
    room.leave()
    return decoded
  }
  const records = inScope(decoded.value, sent.grant)
  const { isWritten, over } = await appender.append({ id: batchId(bytes, sent, media), records })
  // What a slow store still holds is held.
  void over.then(() => room.leave())
  if (!isWritten) return refusedForNow(503, 'not-stored', 'it could not be stored; send it again', STORE_RETRY_AFTER)
  metrics.received(records)
  return taken(tallyOf(records))
}

/** INVARIANT: ok only after the store has it. */
export const intake = async (parts: IntakeParts, sent: Sent): Promise<Taken<Tally>> => {
  const media = mediaOf(sent.request.headers, sent.isOtlp)
  if (!media.ok) return media
  if (parts.isClosing()) return refusedForNow(503, 'closing', 'the receiver is about to end', STORE_RETRY_AFTER)
  const wait = parts.take(sent.grant.subject, performance.now())
  if (wait > 0) return refusedForNow(429, 'rate-limited', 'this token sends too many requests', wait)
  const room = parts.capacity.enter()
  if (!room.ok) return room
  try {
    return await takeIn(parts, sent, media.value, room.value)
  } catch (error) {
    room.value.leave()
    throw error
  }
}
