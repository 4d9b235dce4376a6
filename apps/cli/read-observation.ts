/** JSON on the command line → the observations that it holds, in any format that a source reads, or in short. */
import { identitiesOf } from '../../core/model/decisions.ts'
import type { Observation } from '../../core/model/observation.ts'
import type { DerivedPolicy } from '../../core/model/policy.ts'
import { decodeRecord } from '../../core/pipeline.ts'
import { done, failed, type Outcome } from '../../io/problem.ts'

const HELP =
  'e.g. `{"substrate":"tool","action":"send_money","arguments":{"amount":5}}`; the whole format: `ambit schema observation`'

const wrong = (what: string): Outcome<never> => failed({ code: 'usage', what, where: '--observation', help: HELP })

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** What a person who asks about one call need not write: all that a decision does not look at. */
const completed = (record: object, { workload, coverage }: DerivedPolicy): unknown => ({
  format: 'ambit.observation/v1',
  type: 'observation',
  id: 'asked',
  time: coverage.window.last,
  workload,
  witness: 'asked',
  ...record,
})

/** Errors: `usage` where the text holds no observation. */
export const readObservation = (text: string, policy: DerivedPolicy): Outcome<readonly Observation[]> => {
  const record = parse(text)
  if (typeof record !== 'object' || record === null || Array.isArray(record)) return wrong('it is not a JSON object')
  const identities = identitiesOf([policy.decisions])
  const whole = decodeRecord(record, { source: null, identities })
  const isWhole = whole.items.some(({ kind }) => kind === 'observation')
  const { items } = isWhole ? whole : decodeRecord(completed(record, policy), { source: 'ambit', identities })
  const observations = items.flatMap(item => (item.kind === 'observation' ? [item.observation] : []))
  const rejected = items.find(item => item.kind === 'rejected')
  if (observations.length > 0) return done(observations)
  return wrong(rejected === undefined ? 'the record holds no observation' : `${rejected.reason}: ${rejected.detail}`)
}
