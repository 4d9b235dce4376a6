/**
 * A record → its line: canonical JSON, byte for byte what `canonicalJson` gives, and several times as fast for decisions, which
 * are nearly all there is. Their shape is fixed: keys stand here as text, in code-unit order, and only what differs is written.
 */
import { canonicalJson } from '../../core/model/canonical.ts'
import { RECEIPT_FORMAT, type ReceiptBody, type ReceiptEvent, type ReceiptValue } from '../../core/model/receipt.ts'
import type { Decision, Deviation } from '../../core/model/verdict.ts'
import { framed, inner, listText, scalarText } from './json-text.ts'

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

// Each piece goes from one text that differs to the next: what is constant between them is in one of the two.

type Answers = ReceiptValue['answers']
const ANSWERS = [null, false, true] as const
const digitOf = (answer: boolean | null): number => (answer === null ? 0 : answer ? 2 : 1)

const answersText = (opening: string, { field, place, request, unprompted }: Answers): string => {
  const at = place === undefined ? '' : `"place":"${inner(place)}",`
  return `${opening}{"answers":{"field":${field},${at}"request":${request},"unprompted":${unprompted}},"digest":"`
}

/** All that there are without a place: for the first value, and for one behind another. */
const ANSWERED = ['[', ','].map(opening =>
  ANSWERS.flatMap(field =>
    ANSWERS.flatMap(request => ANSWERS.map(unprompted => answersText(opening, { field, request, unprompted }))),
  ),
)

const valuesDimension = framed('","dimension":', '')

const valueText = ({ answers, digest, dimension, value }: ReceiptValue, isFirst: boolean): string => {
  const { field, place, request, unprompted } = answers
  const known = place === undefined ? 9 * digitOf(field) + 3 * digitOf(request) + digitOf(unprompted) : -1
  const opening = ANSWERED[isFirst ? 0 : 1]?.[known] ?? answersText(isFirst ? '[' : ',', answers)
  const ending = value === undefined ? '}' : `,"value":${scalarText(value)}}`
  return opening + inner(digest) + valuesDimension(dimension) + ending
}

const measureText = ({ name, value }: Measure, isFirst: boolean): string =>
  `${isFirst ? '[' : ','}{"name":"${inner(name)}","value":${scalarText(value)}}`

const action = framed('{"action":', ',"measures":')
const substrate = framed(',"substrate":', ',"values":')
const visibility = framed(',"visibility":', '}')

const requestText = (request: DecisionEvent['request']): string => {
  const { measures, omitted, values } = request
  const left = omitted === undefined ? '' : `,"omitted":${scalarText(omitted)}`
  const measured = action(request.action) + listText(measures, measureText) + left
  return measured + substrate(request.substrate) + listText(values, valueText) + visibility(request.visibility)
}

const allowed = framed('{"allowed":', ',"code":')
const deviating = framed('', ',"dimension":')
const dimension = framed('', ',"observed":')

const deviationText = (deviation: Deviation, isFirst: boolean): string =>
  (isFirst ? '[' : ',') +
  allowed(deviation.allowed) +
  deviating(deviation.code) +
  dimension(deviation.dimension) +
  `${scalarText(deviation.observed)}}`

const code = framed('{"code":', ',"deviations":')
const permission = framed(',"permission":', ',"verdict":')
const verdict = framed('', '}')

const decisionText = (decision: Decision): string =>
  code(decision.code) +
  listText(decision.deviations, deviationText) +
  permission(decision.permission) +
  verdict(decision.verdict)

const because = framed('{"event":{"because":', ',"call":"')
const effect = framed(',"effect":', ',"exception":')
const exception = framed('', ',"kind":"decision","mode":')
const mode = framed('', ',"request":')

/** With the field's name, up to the name of the next one. */
const eventText = (event: ReceiptEvent): string => {
  if (event.kind !== 'decision') return `{"event":${canonicalJson(event)},"evidence":`
  const decided = `${because(event.because)}${inner(event.call)}","decision":${decisionText(event.decision)}`
  const done = effect(event.effect) + exception(event.exception) + mode(event.mode)
  return `${decided}${done}${requestText(event.request)}},"evidence":`
}

const evidencePieces = [framed(',', ''), framed('[', '')] as const
const evidenceText = (id: string, isFirst: boolean): string => evidencePieces[isFirst ? 1 : 0](id)

const client = framed(`,"format":"${RECEIPT_FORMAT}","identity":{"client":`, ',"subject":')
const subject = framed('', '},"log":')
const logId = framed('', ',"policy":')
const policyDigest = framed('', '}')
const workloadName = framed('', '}')

/** The same for all records of a millisecond. */
let written = { time: Number.NaN, text: '' }

const timeText = (time: number): string => {
  if (time !== written.time) written = { time, text: `,"time":"${new Date(time).toISOString()}","workload":` }
  return written.text
}

export const unplaced = (body: ReceiptBody, log: string, time: number): Unplaced => {
  const { evidence, event, identity, policy, session, workload } = body
  const whose = client(identity.client) + subject(identity.subject) + logId(log) + policyDigest(policy)
  const head = eventText(event) + listText(evidence, evidenceText) + whose
  const of = session === null ? '{"session":null' : `{"session":"${inner(session)}"`
  return { head, tail: of + timeText(time) + workloadName(workload), time }
}

/** What stands between head and tail. `previous` is JSON. */
export const placeText = (previous: string, sequence: number): string =>
  `,"previous":${previous},"sequence":${sequence},`

/** Without the line feed. */
export const lineOf = ({ head, tail }: Unplaced, previous: string | null, sequence: number): string =>
  `${head.slice(0, -1)}${placeText(JSON.stringify(previous), sequence)}${tail.slice(1)}`
