/**
 * A tool call as OpenAI's APIs write it → the message that answers it. What is denied, malformed or fails is an answer for the
 * model, never an exception that ends the conversation.
 */
import { type Asking, guarded } from './call.ts'
import { AmbitDenied } from './denied.ts'

export interface OpenAiToolCall {
  readonly id: string
  readonly type?: string
  readonly function: { readonly name: string; readonly arguments: string }
}

export interface OpenAiToolMessage {
  readonly role: 'tool'
  readonly tool_call_id: string
  readonly content: string
}

/** By the name of the tool. Each gets the arguments that the model wrote, parsed and not validated. */
export type OpenAiHandlers = Readonly<Record<string, (args: never) => unknown>>

type Parsed = { readonly ok: true; readonly value: unknown } | { readonly ok: false }

const parse = (text: string): Parsed => {
  try {
    // A model that has nothing to say sends an empty text.
    return { ok: true, value: text.trim() === '' ? {} : JSON.parse(text) }
  } catch {
    return { ok: false }
  }
}

const contentOf = (result: unknown): string =>
  typeof result === 'string' ? result : (JSON.stringify(result ?? null) ?? 'null')

const errorContent = (error: unknown): string => {
  const message = error instanceof Error ? error.message : String(error)
  if (!(error instanceof AmbitDenied)) return JSON.stringify({ error: { message } })
  const { code, call, ruling } = error
  return JSON.stringify({
    error: { code, call, verdict: ruling.decision.verdict, reason: ruling.decision.code, message },
  })
}

const UNREADABLE = Symbol('arguments that are not JSON')

export const openaiWith =
  (asking: Asking) =>
  async (
    call: OpenAiToolCall,
    handlers: OpenAiHandlers,
    options: { readonly server?: string } = {},
  ): Promise<OpenAiToolMessage> => {
    const { name, arguments: text } = call.function
    const parsed = parse(text)
    const run = (): unknown => {
      const handler = Object.hasOwn(handlers, name) ? handlers[name] : undefined
      if (handler === undefined) throw new Error(`there is no tool \`${name}\``)
      if (!parsed.ok) throw new Error('the arguments are not JSON')
      // What the handler takes is between it and the model: whoever validates arguments does it in the handler.
      return handler(parsed.value as never)
    }
    const answer = (content: string): OpenAiToolMessage => ({ role: 'tool', tool_call_id: call.id, content })
    try {
      // Also a call that cannot be made is asked about: what an agent tries belongs into the record.
      return answer(
        contentOf(await guarded(asking, name, options.server ?? null, parsed.ok ? parsed.value : UNREADABLE, run)),
      )
    } catch (error) {
      return answer(errorContent(error))
    }
  }
