/**
 * A record → its line: canonical JSON, byte for byte what `canonicalJson` gives, and several times as fast for decisions, which
 * are nearly all there is. Their shape is fixed: keys stand here as text, in code-unit order, and only what differs is written.
 */
import { canonicalJson } from '../../core/model/canonical.ts'
import { RECEIPT_FORMAT, type ReceiptBody, type ReceiptEvent, type ReceiptValue } from '../../core/model/receipt.ts'
import type { Decision, Deviation } from '../../core/model/verdict.ts'
import { known, knownOrNull, listText, quoted, scalarText } from './json-text.ts'

type DecisionEvent = Extract<ReceiptEvent, { kind: 'decision' }>
type Measure = DecisionEvent['request']['measures'][number]

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

const answersText = ({ field, place, request, unprompted }: ReceiptValue['answers']): string =>
  place === undefined
    ? `{"field":${field},"request":${request},"unprompted":${unprompted}}`
    : `{"field":${field},"place":${known(place)},"request":${request},"unprompted":${unprompted}}`

const valueText = ({ answers, digest, dimension, value }: ReceiptValue): string => {
  const text = `{"answers":${answersText(answers)},"digest":${quoted(digest)},"dimension":${known(dimension)}`
  return value === undefined ? `${text}}` : `${text},"value":${scalarText(value)}}`
}

const measureText = ({ name, value }: Measure): string => `{"name":${known(name)},"value":${scalarText(value)}}`

const requestText = ({ action, measures, omitted, substrate, values, visibility }: DecisionEvent['request']): string =>
  `{"action":${known(action)},"measures":${listText(measures, measureText)}${
    omitted === undefined ? '' : `,"omitted":${scalarText(omitted)}`
  },"substrate":${known(substrate)},"values":${listText(values, valueText)},"visibility":${known(visibility)}}`

const deviationText = ({ allowed, code, dimension, observed }: Deviation): string =>
  `{"allowed":${known(allowed)},"code":${known(code)},"dimension":${known(dimension)},"observed":${scalarText(observed)}}`

const decisionText = ({ code, deviations, permission, verdict }: Decision): string =>
  `{"code":${known(code)},"deviations":${listText(deviations, deviationText)},"permission":${knownOrNull(
    permission,
  )},"verdict":${known(verdict)}}`

const eventText = (event: ReceiptEvent): string => {
  if (event.kind !== 'decision') return canonicalJson(event)
  const { because, call, decision, effect, exception, mode, request } = event
  return `{"because":${known(because)},"call":${quoted(call)},"decision":${decisionText(decision)},"effect":${known(
    effect,
  )},"exception":${knownOrNull(exception)},"kind":"decision","mode":${known(mode)},"request":${requestText(request)}}`
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
  const head = `{"event":${eventText(event)},"evidence":${listText(evidence, known)},"format":"${RECEIPT_FORMAT}","identity":{"client":${knownOrNull(
    client,
  )},"subject":${knownOrNull(subject)}},"log":${known(log)},"policy":${knownOrNull(policy)}}`
  const tail = `{"session":${session === null ? 'null' : quoted(session)},"time":"${timeText(time)}","workload":${knownOrNull(workload)}}`
  return { head, tail, time }
}

/** What stands between head and tail. `previous` is JSON. */
export const placeText = (previous: string, sequence: number): string =>
  `,"previous":${previous},"sequence":${sequence},`

/** Without the line feed. */
export const lineOf = ({ head, tail }: Unplaced, previous: string | null, sequence: number): string =>
  `${head.slice(0, -1)}${placeText(JSON.stringify(previous), sequence)}${tail.slice(1)}`
