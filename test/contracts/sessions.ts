/** Small evidence for tests, written as sessions: who asked what, which tools were called with what, what they returned. */
import type { UserRequest } from '../../core/model/evidence.ts'
import type { DimensionValue, Observation, Outcome } from '../../core/model/observation.ts'
import { NO_FACTS } from '../../core/model/observation.ts'
import type { Scalar } from '../../core/model/scalar.ts'
import type { Substrate } from '../../core/model/substrate.ts'
import type { WorkloadEvidence } from '../../core/model/workload-evidence.ts'

const WORKLOAD = { namespace: 'agents', name: 'under-test' }
const START = Date.UTC(2026, 2, 1) * 1000
const HOUR = 3_600_000_000
const SECOND = 1_000_000

export interface Call {
  readonly substrate?: Substrate
  readonly action: string
  readonly values?: Readonly<Record<string, Scalar>>
  readonly outcome?: Outcome
  /** One leaf per text; undefined: the result was not recorded. */
  readonly result?: readonly string[]
}

export interface Session {
  readonly id: string
  readonly request?: string
  readonly model?: string
  readonly calls: readonly Call[]
}

const valuesOf = (substrate: Substrate, values: Readonly<Record<string, Scalar>>): readonly DimensionValue[] =>
  Object.entries(values).map(([name, value]) => ({
    dimension: substrate === 'tool' ? `tool.args.${name}` : name,
    value,
  }))

/** Sessions start an hour apart; calls last one second and follow each other after another. */
export const evidenceOf = (sessions: readonly Session[]): WorkloadEvidence => {
  const requests: UserRequest[] = []
  const observations: Observation[] = []
  for (const [order, { id, request, model, calls }] of sessions.entries()) {
    const start = START + order * HOUR
    const common = { source: 'test', workload: WORKLOAD, session: id, facts: { ...NO_FACTS, model: model ?? null } }
    if (request !== undefined) requests.push({ ...common, kind: 'request', id: `${id}-request`, start, text: request })
    for (const [index, { substrate = 'tool', action, values = {}, outcome = 'ok', result }] of calls.entries()) {
      observations.push({
        ...common,
        id: `${id}-${index}`,
        witness: id,
        substrate,
        action,
        values: valuesOf(substrate, values),
        visibility: 'seen',
        start: start + (2 * index + 1) * SECOND,
        end: start + (2 * index + 2) * SECOND,
        outcome,
        result: result?.map((text, leaf) => ({ path: String(leaf), text })) ?? null,
      })
    }
  }
  return { workload: WORKLOAD, observations, requests, catalogs: [] }
}

/** The same calls in `count` sessions. */
export const repeated = (count: number, name: string, calls: readonly Call[], request?: string): readonly Session[] =>
  Array.from({ length: count }, (_, index) => ({
    id: `${name}-${index}`,
    calls,
    ...(request === undefined ? {} : { request }),
  }))
