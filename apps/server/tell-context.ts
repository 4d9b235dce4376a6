/**
 * What a session showed, from a caller that is trusted to say it: the user's requests, and what calls were given and answered. Not
 * part of AuthZEN: an evaluation asks about one call, and decisions may depend on what came before it.
 */
import { z } from 'zod'
import { covers } from '../../core/model/workload-pattern.ts'
import { decodeRecord } from '../../core/pipeline.ts'
import type { ContextEvent } from '../../core/policy/step.ts'
import type { Enforcer } from '../../io/enforce/enforcer.ts'
import type { Grant } from '../../io/tokens/grant.ts'
import { got, type Result, refuse } from './refusal.ts'
import { firstIssue, type JsonObject } from './sarc-schema.ts'

const MAX_EVENTS = 1_000

const event = z.discriminatedUnion(
  'kind',
  [
    z.object({ kind: z.literal('request'), text: z.string().min(1) }),
    z.object({
      kind: z.literal('result'),
      // Passed on as they came: what a schema copies may lose a hostile key.
      action: z.string().max(1_000).optional(),
      arguments: z.unknown(),
      result: z.unknown(),
    }),
    z.object({ kind: z.literal('end') }),
  ],
  'is no event: its `kind` is `request`, `result` or `end`',
)

const body = z.object(
  {
    workload: z.string().min(1),
    session: z.string().min(1).max(4_096),
    sees: z
      .array(z.enum(['requests', 'results']))
      .default([])
      .describe('Said before the first call: from here on the caller tells all of these'),
    begins: z.boolean().default(false).describe('The session begins here: nobody used its name before'),
    events: z.array(event).max(MAX_EVENTS).default([]),
  },
  'is not an object',
)

type Event = z.output<typeof event>

/** The evidence decoder takes arguments and result apart, as it does for recorded calls. */
const resultEvent = (fields: JsonObject, action: string | undefined): Result<ContextEvent> => {
  const record = {
    format: 'ambit.observation/v1',
    type: 'observation',
    id: 'told',
    time: '2000-01-01T00:00:00Z',
    workload: { namespace: 'told', name: 'told' },
    witness: 'told',
    substrate: 'tool',
    action: 'told',
    ...fields,
  }
  for (const item of decodeRecord(record, { source: 'ambit', identities: new Map() }).items) {
    if (item.kind === 'rejected') return refuse(400, `${item.reason}: ${item.detail}`)
    if (item.kind !== 'observation') continue
    const { result, values } = item.observation
    const sent = values.map(({ value }) => value)
    return got({ kind: 'result', leaves: result, sent, ...(action === undefined ? {} : { action }) })
  }
  return refuse(400, 'it is no result')
}

const toContext = (read: Event, index: number): Result<ContextEvent | null> => {
  if (read.kind === 'end') return got(null)
  if (read.kind === 'request') return got({ kind: 'request', text: read.text })
  // Without what the call was given, an echo of it could not be told from an answer.
  if (read.arguments === undefined) return refuse(400, `events.${index}.arguments is missing`)
  return resultEvent({ arguments: read.arguments, result: read.result }, read.action)
}

export interface Told {
  readonly session: string
  /** Whether what the session has read is known; false: no value counts as one of its results. */
  readonly known: boolean
  readonly events: number
}

export const tellContext = (enforcer: Enforcer, grant: Grant, raw: unknown): Result<Told> => {
  const read = body.safeParse(raw)
  if (!read.success) return refuse(400, firstIssue(read.error, 'the request'))
  const { workload, session, sees, begins, events } = read.data
  if (!covers(grant.assertContext, workload) || (grant.workload ?? workload) !== workload)
    return refuse(403, 'the token may not assert context of this workload')
  // All of it or nothing: half of what a caller told is not what it told.
  const steps: (ContextEvent | null)[] = []
  for (const [index, one] of events.entries()) {
    const result = toContext(one, index)
    if (!result.ok) return result
    steps.push(result.value)
  }
  const seen = { request: sees.includes('requests'), results: sees.includes('results'), calls: true }
  enforcer.open(workload, session, seen, begins)
  let isOpen = true
  for (const step of steps) {
    if (step !== null) enforcer.saw(workload, session, step)
    else {
      enforcer.close(workload, session)
      isOpen = false
    }
  }
  // Of a session that is open, this changes nothing and tells whether its results are known.
  const known = isOpen && enforcer.open(workload, session, { ...seen, results: true }, false)
  return got({ session, known, events: steps.length })
}
