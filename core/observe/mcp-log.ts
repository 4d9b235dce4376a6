/**
 * Logs of MCP sessions (protocol 2024-11-05 to 2025-11-25), one JSON-RPC message a line with its time and direction → tool calls,
 * what answered them, and the tools that servers listed. A call and its answer are two lines: the session and the id join them.
 */
import type { EvidenceItem } from '../model/evidence.ts'
import { type Micros, NO_FACTS, type Outcome } from '../model/observation.ts'
import type { EvidenceSource } from '../model/source.ts'
import type { Workload } from '../model/workload.ts'
import { admit, admitObservation, reject } from './admit.ts'
import { at, field, list, text } from './json.ts'
import {
  isLogLine,
  messagesOf,
  namesWorkload,
  podOf,
  senderOf,
  serverOf,
  sessionOf,
  timeOf,
  workloadOf,
} from './mcp-log-line.ts'
import { inPod, podKey } from './pod-workload.ts'
import { recordId } from './record-id.ts'
import { resultLeaves } from './result-leaves.ts'
import { dayOf } from './time.ts'
import { toolRequest } from './tool-call.ts'
import { toolDeclarations } from './tool-catalog.ts'

const ID = 'mcp-log'

interface Line {
  readonly record: unknown
  /** Of this message in this line. */
  readonly id: string
  readonly time: Micros
  readonly workload: Workload
  readonly session: string | null
  readonly server: string | null
}

/** Ids are texts or numbers, and `1` is not `"1"`. Null: the message can have no answer. */
const callOf = (
  { session, server }: Line,
  message: unknown,
): { readonly id: string; readonly session: string } | null => {
  const id = field(message, 'id')
  if (session === null || (typeof id !== 'string' && typeof id !== 'number')) return null
  return { id: `${session}/${server ?? ''}/${typeof id}:${id}`, session }
}

const decodeCall = (line: Line, message: unknown): EvidenceItem => {
  const tool = text(at(message, 'params', 'name'))
  if (tool === null) return reject('missing-field', 'a `tools/call` has no `params.name`')
  const pod = podOf(line.record)
  const instance = pod.name ?? line.workload.name
  return admitObservation({
    id: callOf(line, message)?.id ?? line.id,
    source: ID,
    workload: line.workload,
    session: line.session,
    witness: line.session ?? `${line.workload.namespace}/${instance}/${dayOf(line.time)}`,
    ...toolRequest(tool, at(message, 'params', 'arguments'), line.server),
    start: line.time,
    end: null,
    outcome: 'unknown',
    result: null,
    facts: NO_FACTS,
    ...(namesWorkload(line.record) ? podKey(pod) : inPod(pod)),
  })
}

const REFUSED =
  /\b(?:access|permission|authorization|request) (?:is |was )?(?:denied|refused)|\bunauthori[sz]ed\b|\bnot (?:authori[sz]ed|permitted|allowed)\b|\bforbidden\b|\b(?:EACCES|EPERM)\b|\b40[13]\b/i

/** MCP has no code for a refused authorization: an answer that already is an error counts as `denied` where it says so in words. */
const errorOutcome = (said: unknown): Outcome => (REFUSED.test((text(said) ?? '').slice(0, 2_000)) ? 'denied' : 'error')

const outcomeOf = (message: unknown): Outcome => {
  const error = field(message, 'error')
  if (error !== undefined) return errorOutcome(field(error, 'message'))
  const result = field(message, 'result')
  if (field(result, 'isError') !== true) return 'ok'
  return errorOutcome(field(list(field(result, 'content'))[0], 'text'))
}

const decodeAnswer = (line: Line, message: unknown): EvidenceItem => {
  const tools = at(message, 'result', 'tools')
  if (Array.isArray(tools)) {
    const { time: start, workload } = line
    return admit({
      kind: 'catalog',
      id: line.id,
      source: ID,
      workload,
      start,
      tools: toolDeclarations(tools, line.server),
    })
  }
  const call = callOf(line, message)
  if (call === null) return reject('missing-field', 'an answer without a session and an id: nobody knows to what')
  return admit({
    kind: 'answer',
    id: line.id,
    source: ID,
    workload: line.workload,
    call: call.id,
    session: call.session,
    start: line.time,
    outcome: outcomeOf(message),
    result: resultLeaves(field(message, 'result') ?? at(message, 'error', 'message')),
  })
}

const decodeMessage = (record: unknown, message: unknown, index: number): EvidenceItem => {
  const [method, sender] = [text(field(message, 'method')), senderOf(record)]
  if (method !== null && method !== 'tools/call') return reject('not-behavior', 'a message that calls no tool')
  if (sender === null) return reject('missing-field', 'the line does not say who sent the message')
  if (sender === (method === null ? 'client' : 'server')) {
    return reject('not-behavior', 'a message by which the client answers the server')
  }
  const time = timeOf(record)
  if (time === null) return reject('invalid-time', 'the time of the line is no RFC 3339 time')
  const workload = workloadOf(record)
  if (workload === null) return reject('unattributed', 'the line names neither a workload nor a pod')
  const id = `${recordId(record)}/${index}`
  const line: Line = { record, id, time, workload, session: sessionOf(record), server: serverOf(record) }
  return method === null ? decodeAnswer(line, message) : decodeCall(line, message)
}

const decode = (record: unknown): readonly EvidenceItem[] => {
  if (!isLogLine(record)) return [reject('wrong-type', 'the record is no line of an MCP log')]
  const messages = messagesOf(record)
  if (messages.length === 0) return [reject('not-behavior', 'the line holds no message of JSON-RPC')]
  return messages.map((message, index) => decodeMessage(record, message, index))
}

export const mcpLogSource: EvidenceSource = {
  id: ID,
  summary: 'Logs of MCP sessions: tool calls with their answers, and what servers listed, one JSON-RPC message a line',
  sees: ['tool'],
  blindTo: [
    'what the user asked for: a session of MCP has no user, and what a client sends is the agent’s',
    'how calls ended whose answers are in no record, or in a record without a session',
    'tools that run without MCP, and servers whose traffic is not logged',
    'who sent a message, beyond what the log says: whoever writes the log can write another’s calls',
    'records that were lost on their way: nothing numbers or counts them',
  ],
  recognizes: isLogLine,
  decode,
}
