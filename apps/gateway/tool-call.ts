/**
 * One `tools/call` of a client: decided before it runs, held where a person has to decide, refused with what was outside, or passed
 * on unchanged; its result becomes part of what the session has shown before anything else of the session is decided.
 *
 * INVARIANT: nothing is sent to a server before the enforcer has said that it runs. What is sent is what was decided: the message is
 * written again from what was read, so that no second reading of its bytes can differ.
 */
import type { ActionRequest } from '../../core/model/request.ts'
import { resultLeaves } from '../../core/observe/result-leaves.ts'
import { toolRequest } from '../../core/observe/tool-call.ts'
import type { Answered, Enforcer } from '../../io/enforce/enforcer.ts'
import {
  CODES,
  errorMessage,
  isJson,
  type Json,
  own,
  type RequestMessage,
  type ResponseMessage,
  resultMessage,
} from '../../io/mcp/message.ts'
import { denialResult } from './denial.ts'
import { REQUEST_META, SESSION_META } from './site.ts'

export interface ToolCall {
  readonly tool: string
  readonly request: ActionRequest
  /** The message as it goes to the server, if it goes. */
  readonly forwarded: RequestMessage
}

/** The same message without what is meant for the gateway alone. */
export const withoutOurMeta = <M extends Json>(message: M): M => {
  const params = own(message, 'params')
  const meta = own(params, '_meta')
  if (!isJson(params) || !isJson(meta)) return message
  const { [REQUEST_META]: request, [SESSION_META]: session, ...rest } = meta
  if (request === undefined && session === undefined) return message
  return { ...message, params: { ...params, _meta: rest } }
}

/** What the user asked for, as the message asserts it; null: it does not. */
export const assertedIn = (message: Json): string | null => {
  const asserted = own(own(own(message, 'params'), '_meta'), REQUEST_META)
  return typeof asserted === 'string' && asserted.trim() !== '' ? asserted : null
}

/** Null: it is no call of a tool, and goes nowhere. */
export const readToolCall = (message: RequestMessage, tool: string, server: string | null): ToolCall | null => {
  const params = own(message, 'params')
  const args = own(params, 'arguments')
  if (!isJson(params) || (args !== undefined && !isJson(args))) return null
  return {
    tool,
    request: toolRequest(tool, args, server),
    forwarded: { ...message, params: { ...params, name: tool } },
  }
}

export const malformedCall = (id: RequestMessage['id']): ResponseMessage =>
  errorMessage(id, CODES.params, 'a tool call has a `name` and, where it has arguments, an object of them')

/** What the agent is about to read. An error that says nothing is a result that nobody recorded. */
export const feed = (
  enforcer: Pick<Enforcer, 'saw'>,
  { workload, session }: { readonly workload: string; readonly session: string | null },
  { action, values }: Pick<ActionRequest, 'action' | 'values'>,
  response: Json,
): void => {
  const error = own(response, 'error')
  const said = own(error, 'message')
  const leaves = resultLeaves(error === undefined ? own(response, 'result') : typeof said === 'string' ? said : null)
  enforcer.saw(workload, session, { kind: 'result', leaves, sent: values.map(({ value }) => value), action })
}

export const refusal = (
  message: RequestMessage,
  answered: Answered,
  request: ActionRequest,
  structured: boolean,
): ResponseMessage => resultMessage(message.id, denialResult(answered, request, structured))
