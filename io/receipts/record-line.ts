/**
 * A record → its line: canonical JSON, byte for byte what `canonicalJson` gives, and several times as fast for decisions, which
 * are nearly all there is. An object whose keys stand in code-unit order needs no sorting: the run time writes it as it stands.
 */
import { canonicalJson } from '../../core/model/canonical.ts'
import { RECEIPT_FORMAT, type ReceiptBody, type ReceiptEvent, type ReceiptValue } from '../../core/model/receipt.ts'
import type { Decision } from '../../core/model/verdict.ts'

type DecisionEvent = Extract<ReceiptEvent, { kind: 'decision' }>

/** A record but for its place in the chain, which is known when its batch is written. What it was made of may change afterwards. */
export interface Unplaced {
  readonly record: OrderedRecord
  /** Milliseconds since the epoch. */
  readonly time: number
  /** About so many characters, for bounds. */
  readonly size: number
}

interface OrderedRecord {
  readonly event: object
  readonly evidence: readonly string[]
  readonly format: typeof RECEIPT_FORMAT
  readonly identity: object
  readonly log: string
  readonly policy: string | null
  previous: string | null
  sequence: number
  readonly session: string | null
  readonly time: string
  readonly workload: string | null
}

const valueIn = ({ answers, digest, dimension, value }: ReceiptValue): object => {
  const { field, request, unprompted } = answers
  const given = { field, request, unprompted }
  return value === undefined ? { answers: given, digest, dimension } : { answers: given, digest, dimension, value }
}

const requestIn = ({ action, measures, omitted, substrate, values, visibility }: DecisionEvent['request']): object => {
  const measured = measures.map(({ name, value }) => ({ name, value }))
  const listed = values.map(valueIn)
  return omitted === undefined
    ? { action, measures: measured, substrate, values: listed, visibility }
    : { action, measures: measured, omitted, substrate, values: listed, visibility }
}

const decisionIn = ({ code, deviations, permission, verdict }: Decision): object => {
  const deviating = deviations.map(one => {
    const { allowed, code: why, dimension, observed } = one
    return { allowed, code: why, dimension, observed }
  })
  return { code, deviations: deviating, permission, verdict }
}

const eventIn = (event: ReceiptEvent): object => {
  if (event.kind !== 'decision') return JSON.parse(canonicalJson(event))
  const { because, call, decision, effect, exception, kind, mode, request } = event
  return { because, call, decision: decisionIn(decision), effect, exception, kind, mode, request: requestIn(request) }
}

/** The same for all records of a millisecond. */
let written = { time: Number.NaN, text: '' }

const timeText = (time: number): string => {
  if (time !== written.time) written = { time, text: new Date(time).toISOString() }
  return written.text
}

const lengthOf = (value: unknown): number => (typeof value === 'string' ? value.length : 0)

/** Of what may be long; the rest is counted by the piece. */
const sizeOf = ({ event, identity, session, evidence }: ReceiptBody): number => {
  const around = 600 + lengthOf(session) + lengthOf(identity.client) + lengthOf(identity.subject)
  const listed = evidence.reduce((all, one) => all + one.length, around)
  if (event.kind !== 'decision') return listed + JSON.stringify(event).length
  const { request, decision } = event
  const values = request.values.reduce((all, { value }) => all + 300 + lengthOf(value), listed)
  return decision.deviations.reduce((all, { observed }) => all + 300 + lengthOf(observed), values)
}

export const unplaced = (body: ReceiptBody, log: string, time: number): Unplaced => {
  const { evidence, event, identity, policy, session, workload } = body
  const { client, subject } = identity
  const record: OrderedRecord = {
    event: eventIn(event),
    evidence: [...evidence],
    format: RECEIPT_FORMAT,
    identity: { client, subject },
    log,
    policy,
    previous: null,
    sequence: 0,
    session,
    time: timeText(time),
    workload,
  }
  return { record, time, size: sizeOf(body) }
}

/** Without the line feed. */
export const lineOf = ({ record }: Unplaced, previous: string | null, sequence: number): string => {
  record.previous = previous
  record.sequence = sequence
  return JSON.stringify(record)
}
