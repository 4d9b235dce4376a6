/**
 * A modern server asks its client by answering that input is required, and is asked again with what the client said. A round of that →
 * questions of the server, one by one, and the same request again when all of them are answered.
 */

import { withoutRound } from './eras.ts'
import type { RequestMessage, ResponseMessage } from './message.ts'
import { CODES, errorMessage, idKey, isJson, type Json, type MessageId, own } from './message.ts'

export interface RoundsSink {
  /** To the server. */
  readonly send: (message: RequestMessage) => void
  /** The answer to a request, under the id that it came with. */
  readonly pass: (response: ResponseMessage) => void
  /** `key`: what the server calls it. */
  readonly ask: (question: RequestMessage, about: MessageId, key: string) => void
  /** The server does not wait for this question any more. */
  readonly withdraw: (question: string) => void
}

export interface InputRounds {
  /** Sends a request that may be answered by questions. */
  begin(message: RequestMessage): void
  /** False: the answer is to none of those requests. */
  received(response: ResponseMessage): boolean
  /** The client answered a question. */
  answered(response: Json): void
  /** The request that has this id on the wire; null: none of those. */
  requestOf(id: MessageId | null): MessageId | null
  /** Nobody waits for it any more. Its id on the wire, where the server works on it. */
  cancel(id: MessageId): MessageId | null
}

/** Requests that a server may answer with questions. */
export const MAY_ASK: ReadonlySet<string> = new Set(['tools/call', 'prompts/get', 'resources/read'])
const QUESTIONS: ReadonlySet<unknown> = new Set(['elicitation/create', 'sampling/createMessage', 'roots/list'])

const ROUNDS = 16
const QUESTIONS_AT_ONCE = 32
/** A server that asks nothing and wants to be asked again is given some time. */
const PAUSE = 250

interface Call {
  readonly message: RequestMessage
  round: number
  /** Its id on the wire; null: the server waits for us. */
  wire: MessageId | null
  state: string | null
  /** Key of the server by the question's id here. */
  open: Map<string, string>
  said: Map<string, unknown>
}

interface Demand {
  readonly questions: readonly (readonly [string, Json])[]
  readonly state: string | null
}

/** Null: it is no demand that could be met. */
const demandOf = (result: unknown): Demand | null => {
  const [requests, state] = [own(result, 'inputRequests') ?? {}, own(result, 'requestState')]
  if (!isJson(requests) || (state !== undefined && typeof state !== 'string')) return null
  const questions = Object.entries(requests).filter((entry): entry is [string, Json] => isJson(entry[1]))
  const isKnown = questions.every(([, { method }]) => QUESTIONS.has(method))
  const count = Object.keys(requests).length
  if (!isKnown || questions.length < count || count > QUESTIONS_AT_ONCE || (count === 0 && state === undefined))
    return null
  return { questions, state: state ?? null }
}

export const createInputRounds = ({ send, pass, ask, withdraw }: RoundsSink): InputRounds => {
  const calls = new Map<string, Call>()
  const onWire = new Map<string, Call>()
  const asked = new Map<string, Call>()

  const drop = (call: Call): void => {
    calls.delete(idKey(call.message.id))
    if (call.wire !== null) onWire.delete(idKey(call.wire))
    for (const question of call.open.keys()) asked.delete(question)
  }
  const fail = (call: Call, text: string): void => {
    for (const question of call.open.keys()) withdraw(question)
    drop(call)
    pass(errorMessage(call.message.id, CODES.internal, text))
  }
  const sendAs = (call: Call, id: MessageId, more: Json): void => {
    call.wire = id
    onWire.set(idKey(id), call)
    // What the client said unasked is said once.
    const { params } = call.round === 0 ? call.message : withoutRound(call.message)
    send({ ...call.message, id, params: { ...(isJson(params) ? params : {}), ...more } })
  }
  const again = (call: Call): void => {
    if (calls.get(idKey(call.message.id)) !== call) return
    sendAs(call, `${call.message.id}.${call.round}`, {
      ...(call.said.size === 0 ? {} : { inputResponses: Object.fromEntries(call.said) }),
      ...(call.state === null ? {} : { requestState: call.state }),
    })
  }
  const demanded = (call: Call, result: unknown): void => {
    const demand = demandOf(result)
    call.round += 1
    if (demand === null || call.round > ROUNDS) {
      const many = `the server asked for input more than ${ROUNDS} times`
      fail(call, demand === null ? 'the server asks for input in a way that this version does not know' : many)
      return
    }
    call.state = demand.state
    call.said = new Map()
    const questions = demand.questions.map(([key, question], index) => {
      const id = `${call.message.id}.${call.round}.${index}`
      return { key, id, question }
    })
    call.open = new Map(questions.map(({ id, key }) => [id, key]))
    for (const { id } of questions) asked.set(id, call)
    if (questions.length === 0) setTimeout(() => again(call), PAUSE).unref()
    for (const { id, key, question } of questions) {
      const params = own(question, 'params')
      const method = String(question.method)
      ask({ jsonrpc: '2.0', id, method, ...(params === undefined ? {} : { params }) }, call.message.id, key)
    }
  }
  return {
    begin: message => {
      const call = { message, round: 0, wire: null, state: null, open: new Map(), said: new Map() }
      calls.set(idKey(message.id), call)
      sendAs(call, message.id, {})
    },
    received: response => {
      const call = response.id === null ? undefined : onWire.get(idKey(response.id))
      if (call === undefined || call.wire === null) return false
      onWire.delete(idKey(call.wire))
      call.wire = null
      const result = own(response, 'result')
      if (own(result, 'resultType') === 'input_required') demanded(call, result)
      else {
        drop(call)
        pass({ ...response, id: call.message.id })
      }
      return true
    },
    answered: response => {
      const id = typeof response.id === 'string' ? response.id : ''
      const call = asked.get(id)
      const key = call?.open.get(id)
      if (call === undefined || key === undefined) return
      asked.delete(id)
      call.open.delete(id)
      // There is no way to tell a server of this version that its question failed.
      if (!isJson(own(response, 'result'))) {
        const reason = own(own(response, 'error'), 'message')
        fail(call, `the client did not answer what the server asked: ${String(reason).slice(0, 500)}`)
        return
      }
      call.said.set(key, own(response, 'result'))
      if (call.open.size === 0) again(call)
    },
    requestOf: id => (id === null ? null : (onWire.get(idKey(id))?.message.id ?? null)),
    cancel: id => {
      const call = calls.get(idKey(id))
      if (call === undefined) return null
      for (const question of call.open.keys()) withdraw(question)
      drop(call)
      return call.wire
    },
  }
}
