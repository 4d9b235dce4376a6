/**
 * One evaluation and who asks it → the call that the policy is asked about: workload, session, identity, request; and what the
 * caller asserts of the session, where it may. The request is made by the decoder that makes evidence of recorded calls, so a call
 * has the same surface and dimensions whether it was recorded or is asked about.
 */
import type { Identity } from '../../core/model/receipt.ts'
import type { ActionRequest } from '../../core/model/request.ts'
import { covers } from '../../core/model/workload-pattern.ts'
import { decodeRecord } from '../../core/pipeline.ts'
import type { Grant } from '../../io/tokens/grant.ts'
import { got, type Result, refuse } from './refusal.ts'
import { firstIssue, type Sarc, sarcSchema } from './sarc-schema.ts'
import { mapSurface, type Surface } from './surface.ts'

export interface Question {
  readonly workload: string
  readonly session: string | null
  readonly identity: Identity
  readonly request: ActionRequest
  /** What the user asked, as a caller says that may; null: nothing is asserted. */
  readonly userRequest: string | null
  /** What the caller said and the decision does not look at, each in a line. */
  readonly ignored: readonly string[]
}

const MAX_IGNORED = 20
const MAX_CLAIM = 256
const MAX_WORKLOAD = 1_024
const WORKLOAD = 'workload'

/** A caller that stands before one workload asks about it alone; then the subject is for whom the agent acts. */
const workloadOf = ({ subject }: Sarc, grant: Grant): Result<string> => {
  const said = subject.type === WORKLOAD ? subject.id : `${subject.type}/${subject.id}`
  const workload = grant.workload ?? said
  if (grant.workload !== null && subject.type === WORKLOAD && subject.id !== grant.workload)
    return refuse(403, 'the token is bound to another workload')
  if (workload.length > MAX_WORKLOAD) return refuse(400, 'the subject is longer than any workload')
  return covers(grant.decide, workload) ? got(workload) : refuse(403, 'the token may not ask about this workload')
}

const sessionOf = ({ subject: { properties = {} } }: Sarc): Result<string | null> => {
  const session = Object.hasOwn(properties, 'session') ? (properties.session ?? null) : null
  if (session === null || (typeof session === 'string' && session !== '')) return got(session)
  return refuse(400, 'subject.properties.session is not a text')
}

const identityOf = ({ subject, context }: Sarc, grant: Grant): Identity => {
  const agent = context !== undefined && Object.hasOwn(context, 'agent') ? context.agent : undefined
  const claim = subject.type === WORKLOAD ? (typeof agent === 'string' ? agent : null) : `${subject.type}:${subject.id}`
  return { subject: grant.subject, client: claim === null ? null : claim.slice(0, MAX_CLAIM) }
}

/** A subject that cannot be a workload has no policy, which is a decision and no mistake: the decoder need not know its name. */
const ASKED = { namespace: 'asked', name: 'asked' }

const requestOf = (session: string | null, surface: Surface, now: number): Result<ActionRequest> => {
  const { substrate, action, fields } = surface
  const record = {
    format: 'ambit.observation/v1',
    type: 'observation',
    id: 'asked',
    time: new Date(now).toISOString(),
    workload: ASKED,
    session,
    witness: 'asked',
    substrate,
    action,
    ...fields,
  }
  for (const item of decodeRecord(record, { source: 'ambit', identities: new Map() }).items) {
    if (item.kind === 'rejected') return refuse(400, `${item.reason}: ${item.detail}`)
    if (item.kind !== 'observation') continue
    const { values, visibility } = item.observation
    return got({ substrate, action, values, visibility })
  }
  return refuse(400, 'it is no call')
}

interface Asserted {
  readonly userRequest: string | null
  readonly ignored: readonly string[]
}

const NOT_TRUSTED = 'this token may not assert context'

/** What an agent claims of itself is no context: only a caller with that scope says what the user asked. */
const assertedOf = (sarc: Sarc, grant: Grant, workload: string, session: string | null): Result<Asserted> => {
  const { context = {}, subject } = sarc
  const may = covers(grant.assertContext, workload)
  const said = Object.hasOwn(context, 'request') ? (context.request ?? null) : null
  const ignored: string[] = []
  for (const name of Object.keys(context)) {
    if (name === 'arguments' || name === 'agent' || (name === 'request' && may)) continue
    const results = name === 'results' && may ? 'results are told to /context/v1/events' : NOT_TRUSTED
    ignored.push(name === 'request' || name === 'results' ? `context.${name}: ${results}` : `context.${name}`)
  }
  for (const name of Object.keys(subject.properties ?? {}))
    if (name !== 'session') ignored.push(`subject.properties.${name}`)
  if (!may || said === null) return got({ userRequest: null, ignored })
  if (typeof said !== 'string') return refuse(400, 'context.request is not a text')
  if (session === null)
    return refuse(400, 'context.request belongs to a session: subject.properties.session is missing')
  return got({ userRequest: said, ignored })
}

const shortened = (ignored: readonly string[]): readonly string[] => {
  const shown = ignored.slice(0, MAX_IGNORED).map(text => text.slice(0, MAX_CLAIM))
  return ignored.length > MAX_IGNORED ? [...shown, `and ${ignored.length - MAX_IGNORED} more`] : shown
}

/** `now` in milliseconds since the epoch. */
export const readQuestion = (body: unknown, grant: Grant, now: number): Result<Question> => {
  const read = sarcSchema.safeParse(body)
  if (!read.success) return refuse(400, firstIssue(read.error, 'the evaluation'))
  const sarc = read.data
  const workload = workloadOf(sarc, grant)
  if (!workload.ok) return workload
  const session = sessionOf(sarc)
  if (!session.ok) return session
  const surface = mapSurface(sarc)
  if (!surface.ok) return surface
  const asserted = assertedOf(sarc, grant, workload.value, session.value)
  if (!asserted.ok) return asserted
  const request = requestOf(session.value, surface.value, now)
  if (!request.ok) return request
  return got({
    workload: workload.value,
    session: session.value,
    identity: identityOf(sarc, grant),
    request: request.value,
    userRequest: asserted.value.userRequest,
    ignored: shortened([...surface.value.ignored, ...asserted.value.ignored]),
  })
}
