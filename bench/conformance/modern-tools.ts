/** The tools that the suite calls of servers of 2026-07-28: what each asks for in rounds, and what it answers then. */
import {
  type CallToolResult,
  type InputRequiredResult,
  inputRequired,
  type ServerContext,
} from '@modelcontextprotocol/server'
import { text } from './tools.ts'

type Answer = CallToolResult | InputRequiredResult
type Round = (context: ServerContext) => Answer | Promise<Answer>

/** A form with one text, or one box. */
const form = (message: string, name: string, property: { type: 'string' } | { type: 'boolean' } = { type: 'string' }) =>
  inputRequired.elicit({
    message,
    requestedSchema: { type: 'object', properties: { [name]: property }, required: [name] },
  })
const sampling = (question: string) =>
  inputRequired.createMessage({
    messages: [{ role: 'user', content: { type: 'text', text: question } }],
    maxTokens: 100,
  })
const roots = inputRequired.listRoots

export const said = (context: ServerContext, key: string): unknown => context.mcpReq.inputResponses?.[key]
export const done = (value: unknown): CallToolResult => ({ content: [text(value)] }) as CallToolResult

/** Asks until all of it was answered. */
const asking =
  (inputRequests: NonNullable<InputRequiredResult['inputRequests']>, state?: string): Round =>
  context =>
    Object.keys(inputRequests).every(key => said(context, key) !== undefined)
      ? done(JSON.stringify(context.mcpReq.inputResponses))
      : inputRequired({ inputRequests, ...(state === undefined ? {} : { requestState: state }) })

const STATE = 'signed: state'
const CONFIRM = { confirm: form('Please confirm', 'ok', { type: 'boolean' }) }

const STATES = [STATE, 'round 1', 'round 2']

/** Rejects where the state is not as it was given. */
export const verifyState = async (state: string): Promise<string> => {
  if (!STATES.includes(state)) throw new Error('the state is not ours')
  return state
}

const withState: Round = context =>
  said(context, 'confirm') === undefined
    ? inputRequired({ inputRequests: CONFIRM, requestState: STATE })
    : done('state-ok')

export const USER_CONTEXT = { user_context: form('What context should the prompt use?', 'context') }

export const ROUNDS: Readonly<Record<string, Round>> = {
  test_input_required_result_elicitation: asking({ user_name: form('What is your name?', 'name') }),
  test_input_required_result_sampling: asking({ capital_question: sampling('What is the capital of France?') }),
  test_input_required_result_list_roots: asking({ client_roots: roots() }),
  test_input_required_result_request_state: withState,
  test_input_required_result_tampered_state: withState,
  test_input_required_result_multiple_inputs: asking(
    { user_name: form('What is your name?', 'name'), greeting: sampling('Generate a greeting'), client_roots: roots() },
    STATE,
  ),
  test_input_required_result_multi_round: context => {
    if (said(context, 'step2') !== undefined) return done('both steps')
    const first = { step1: form('Step 1: What is your name?', 'name') }
    const second = { step2: form('Step 2: What is your favorite color?', 'color') }
    return said(context, 'step1') === undefined
      ? inputRequired({ inputRequests: first, requestState: 'round 1' })
      : inputRequired({ inputRequests: second, requestState: 'round 2' })
  },
  test_input_required_result_capabilities: asking({ question: sampling('Anything?') }),
  test_streaming_elicitation: asking({ user_name: form('What is your name?', 'name') }),
}
