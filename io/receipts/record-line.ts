/**
 * A record → its line: canonical JSON, byte for byte what `canonicalJson` gives, and several times as fast for decisions, which
 * are nearly all there is. An object whose keys stand in code-unit order needs no sorting: the run time writes it as it stands.
 */
import { canonicalJson } from '../../core/model/canonical.ts'
import { RECEIPT_FORMAT, type ReceiptBody, type ReceiptEvent, type ReceiptValue } from '../../core/model/receipt.ts'
import type { Decision } from '../../core/model/verdict.ts'

type DecisionEvent = Extract<ReceiptEvent, { kind: 'decision' }>

/**
 * A record but for its place in the chain, which is known when its batch is written: the objects of what stands before that place
 * and of what stands after it, as text. What it was made of may change afterwards.
 */
export interface Unplaced {
  readonly head: string
  readonly tail: string
  /** Milliseconds since the epoch. */
  readonly time: number
}

const valueIn = ({ answers, digest, dimension, value }: ReceiptValue): object => {
  const { field, place, request, unprompted } = answers
  const given = place === undefined ? { field, request, unprompted } : { field, place, request, unprompted }
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

export const unplaced = (body: ReceiptBody, log: string, time: number): Unplaced => {
  const { evidence, event, identity, policy, session, workload } = body
  const { client, subject } = identity
  const head = { event: eventIn(event), evidence, format: RECEIPT_FORMAT, identity: { client, subject }, log, policy }
  return { head: JSON.stringify(head), tail: JSON.stringify({ session, time: timeText(time), workload }), time }
}

/** What stands between head and tail. `previous` is JSON. */
export const placeText = (previous: string, sequence: number): string =>
  `,"previous":${previous},"sequence":${sequence},`

/** Without the line feed. */
export const lineOf = ({ head, tail }: Unplaced, previous: string | null, sequence: number): string =>
  `${head.slice(0, -1)}${placeText(JSON.stringify(previous), sequence)}${tail.slice(1)}`
