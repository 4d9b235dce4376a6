/** The gate every source's items pass before they leave `observe`: names usable as names, identifiers of bounded length. */
import type { EvidenceItem, Rejection, UserRequest } from '../model/evidence.ts'
import type { DimensionValue, Observation, RevisionFacts } from '../model/observation.ts'
import { type Workload, workloadProblem } from '../model/workload.ts'
import { type FlatArguments, LEAVES } from './flatten.ts'
import { beginning, shorten, shortenText, WHOLE_LENGTH } from './shorten.ts'

/** UTF-16 units of an action, session, witness, id or dimension name. */
const IDENTIFIER_LENGTH = 4_096

export const reject = (reason: Rejection, detail: string): EvidenceItem => ({
  kind: 'rejected',
  reason,
  detail: detail.length > 300 ? `${beginning(detail, 300)}…` : detail,
})

const workloadRejection = (workload: Workload): EvidenceItem | null => {
  const problem = workloadProblem(workload)
  return problem === null ? null : reject('invalid-workload', `\`${problem}\` is not usable as a workload name`)
}

const lengthRejection = (identifiers: readonly (string | null)[]): EvidenceItem | null =>
  identifiers.some(identifier => identifier !== null && identifier.length > IDENTIFIER_LENGTH)
    ? reject('too-large', `an identifier is longer than ${IDENTIFIER_LENGTH} characters`)
    : null

const isLong = ({ value }: DimensionValue): boolean => typeof value === 'string' && value.length > WHOLE_LENGTH

/** The leaves of a call, and its server. */
const VALUES = LEAVES + 1

const isUnnameable = ({ dimension }: DimensionValue): boolean => dimension.length > IDENTIFIER_LENGTH

/** JSON can write numbers, as `1e999`, that no double holds: what becomes of them is no number that JSON can write. */
const isUnreadable = ({ value }: DimensionValue): boolean => typeof value === 'number' && !Number.isFinite(value)

const boundedFact = (fact: string | null): string | null =>
  fact === null ? null : shortenText(fact, IDENTIFIER_LENGTH)

/** A policy lists what the agent was made of. */
const boundedFacts = ({ model, prompt, catalog, image, identity }: RevisionFacts): RevisionFacts => ({
  model: boundedFact(model),
  prompt: boundedFact(prompt),
  catalog: boundedFact(catalog),
  image: boundedFact(image),
  identity: boundedFact(identity),
})

/** What a call was given, as evidence of it is kept: long texts are shortened; what cannot be told as a whole is not told in part. */
export const admitValues = ({ values, visibility }: FlatArguments): FlatArguments => {
  // The call happened; only what it was given cannot be told.
  if (values.length > VALUES || values.some(value => isUnnameable(value) || isUnreadable(value)))
    return { values: [], visibility: 'malformed' }
  if (!values.some(isLong)) return { values, visibility }
  return { values: values.map(({ dimension, value }) => ({ dimension, value: shorten(value) })), visibility }
}

/** The observation as an item, or why it cannot be one. */
export const admitObservation = (observation: Observation): EvidenceItem => {
  const { workload, id, session, witness, action, values, visibility } = observation
  const rejected = workloadRejection(workload) ?? lengthRejection([id, session, witness, action])
  if (rejected !== null) return rejected
  const facts = boundedFacts(observation.facts)
  return { kind: 'observation', observation: { ...observation, facts, ...admitValues({ values, visibility }) } }
}

/** UTF-16 units of a request; a context remembers no more. */
const REQUEST_LENGTH = 262_144

const boundedRequest = (request: UserRequest): EvidenceItem => ({
  ...request,
  facts: boundedFacts(request.facts),
  text: request.text.length > REQUEST_LENGTH ? beginning(request.text, REQUEST_LENGTH) : request.text,
})

const nameIn = (item: Admitted): string | null =>
  item.kind === 'request'
    ? item.session
    : item.kind === 'answer'
      ? item.call
      : item.kind === 'lookup'
        ? item.name
        : null

type Admitted = Extract<EvidenceItem, { kind: 'request' | 'catalog' | 'answer' | 'lookup' }>

/** What is no observation, as an item, or why it cannot be one. */
export const admit = (item: Admitted): EvidenceItem =>
  workloadRejection(item.workload) ??
  lengthRejection([item.id, nameIn(item)]) ??
  (item.kind === 'request' ? boundedRequest(item) : item)
