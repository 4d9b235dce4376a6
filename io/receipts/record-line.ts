/**
 * A record → its line: canonical JSON, in two parts around what is known only when its batch is written. Equal to
 * `canonicalJson` of the record, byte for byte, and several times as fast for decisions, which are nearly all there is.
 */
import { canonicalJson } from '../../core/model/canonical.ts'
import { RECEIPT_FORMAT, type ReceiptBody, type ReceiptEvent, type ReceiptValue } from '../../core/model/receipt.ts'
import type { Deviation } from '../../core/model/verdict.ts'

type DecisionEvent = Extract<ReceiptEvent, { kind: 'decision' }>

// Keys stand in code-unit order: JSON.stringify writes them as they stand.
const value = ({ answers, digest, dimension, value: kept }: ReceiptValue): object => ({
  answers: { field: answers.field, request: answers.request, unprompted: answers.unprompted },
  digest,
  dimension,
  value: kept,
})

const deviation = ({ allowed, code, dimension, observed }: Deviation): object => ({
  allowed,
  code,
  dimension,
  observed,
})

const decisionText = ({ because, call, decision, effect, exception, mode, request }: DecisionEvent): string =>
  JSON.stringify({
    because,
    call,
    decision: {
      code: decision.code,
      deviations: decision.deviations.map(deviation),
      permission: decision.permission,
      verdict: decision.verdict,
    },
    effect,
    exception,
    kind: 'decision',
    mode,
    request: {
      action: request.action,
      measures: request.measures.map(({ name, value: measured }) => ({ name, value: measured })),
      omitted: request.omitted,
      substrate: request.substrate,
      values: request.values.map(value),
      visibility: request.visibility,
    },
  })

const eventText = (event: ReceiptEvent): string =>
  event.kind === 'decision' ? decisionText(event) : canonicalJson(event)

/** The parts of a line before the digest of the record before, between it and the sequence number, and after that. */
export interface LineParts {
  readonly head: string
  readonly tail: string
  /** Milliseconds since the epoch. */
  readonly time: number
}

/** Everything but place and chain: what is handed in may change afterwards, and the record does not. */
export const linePartsOf = (body: ReceiptBody, log: string, time: number): LineParts => {
  const { evidence, event, identity, policy, session, workload } = body
  const { client, subject } = identity
  const head =
    `{"evidence":${JSON.stringify(evidence)},"event":${eventText(event)},"format":"${RECEIPT_FORMAT}",` +
    `"identity":${JSON.stringify({ client, subject })},"log":"${log}","policy":${JSON.stringify(policy)},"previous":`
  const tail = `,"session":${JSON.stringify(session)},"time":"${new Date(time).toISOString()}","workload":${JSON.stringify(workload)}}`
  return { head, tail, time }
}

/** Without the line feed. */
export const lineOf = ({ head, tail }: LineParts, previous: string | null, sequence: number): string =>
  `${head}${previous === null ? 'null' : `"${previous}"`},"sequence":${sequence}${tail}`
