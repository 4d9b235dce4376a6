/**
 * The requests of one modern client that are under way. One whose server, or whose decision, asks the client something is answered with
 * the questions and stays open here, until the client sends it again with what was said. INVARIANT: it goes on only where everything
 * in it is as before: what was decided is what runs.
 */
import { digest } from '../../core/model/digest.ts'
import type { Envelope } from '../../io/mcp/eras.ts'
import {
  isJson,
  type Json,
  type MessageId,
  own,
  type RequestMessage,
  type ResponseMessage,
} from '../../io/mcp/message.ts'
import type { Reply } from '../../io/mcp/reply.ts'

export interface Question {
  /** Its id inside. */
  readonly id: string
  readonly asks: Json
}

export interface Exchange {
  /** Inside; never used again. */
  readonly id: number
  readonly method: string
  readonly digest: string
  /** As the client gave them with the latest request. */
  theirs: MessageId
  token: unknown
  envelope: Envelope
  /** Null: the client has been asked, and has not come back. */
  reply: Reply | null
  /** What has been asked and not answered, by the key that the client is given. */
  readonly questions: Map<string, Question>
  /** What the client has to send again with its answers; used once. */
  state: string | null
  /** Of one that was answered while the client was away. */
  answer: ResponseMessage | null
  timer: NodeJS.Timeout | null
}

/** What the client says to what it was asked; a text says what is wrong with it. */
export type Said = ReadonlyMap<string, Json> | string

const KEPT: ReadonlySet<string> = new Set(['_meta', 'inputResponses', 'requestState'])

/** What the request is about, without what belongs to one round of it. */
export const substance = ({ method, params }: RequestMessage): string =>
  digest([method, isJson(params) ? Object.fromEntries(Object.entries(params).filter(([key]) => !KEPT.has(key))) : null])

/** Answers to questions that were asked; others are nobody's, and ignored. */
export const saidIn = ({ params }: RequestMessage, questions: ReadonlyMap<string, unknown>): Said => {
  const responses = own(params, 'inputResponses') ?? {}
  if (!isJson(responses)) return '`inputResponses` is an object'
  const said = new Map<string, Json>()
  for (const key of questions.keys()) {
    const value = own(responses, key)
    if (value === undefined) continue
    if (!isJson(value)) return `what \`inputResponses\` has for ${JSON.stringify(key)} is no result`
    said.set(key, value)
  }
  return said
}

/** The capability that a client has to declare to be asked this; null: it has. */
export const missingFor = (question: Json, capabilities: Json): Json | null => {
  const mode = own(question.params, 'mode') === 'url' ? 'url' : 'form'
  const elicits = own(capabilities, 'elicitation')
  switch (question.method) {
    case 'elicitation/create': {
      const isEmpty = isJson(elicits) && Object.keys(elicits).length === 0
      const is = mode === 'form' && isEmpty ? true : own(elicits, mode) !== undefined
      return is ? null : { elicitation: { [mode]: {} } }
    }
    case 'sampling/createMessage':
      return own(capabilities, 'sampling') !== undefined ? null : { sampling: {} }
    case 'roots/list':
      return own(capabilities, 'roots') !== undefined ? null : { roots: {} }
    default:
      return {}
  }
}

export const inputRequests = (questions: ReadonlyMap<string, Question>): Json =>
  Object.fromEntries([...questions].map(([key, { asks }]) => [key, asks]))
