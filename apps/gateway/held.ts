/** A call that waits for a person: signs of life for its client, and the question to the person behind it. */
import { VERDICT_CODES } from '../../core/model/verdict.ts'
import type { Answer, HeldCall } from '../../io/enforce/approvals.ts'
import { jsonText } from '../../io/json-text.ts'
import { type Json, notification, own } from '../../io/mcp/message.ts'

const QUOTED = 300

const quoted = (value: unknown): string => {
  const text = jsonText(value)
  return text.length > QUOTED ? `${text.slice(0, QUOTED)}…` : text
}

/** In plain words, everything from the call as JSON. */
const questionOf = ({ request, decision, triggered, call }: HeldCall): string =>
  [
    `An agent wants to call ${quoted(request.action)}, and a person has to decide: ${triggered ?? VERDICT_CODES[decision.code]}.`,
    ...decision.deviations
      .slice(0, 5)
      .map(
        ({ dimension, observed, allowed }) =>
          `- ${quoted(dimension)} is ${quoted(observed)}; allowed is ${quoted(allowed)}`,
      ),
    ...request.values
      .filter(({ dimension }) => !decision.deviations.some(deviation => deviation.dimension === dimension))
      .slice(0, 10)
      .map(({ dimension }) => `- ${quoted(dimension)} is as usual`),
    `Call ${quoted(call)}.`,
  ].join('\n')

const APPROVE = 'Approve: run it'

export const elicitationParams = (held: HeldCall): Json => ({
  message: questionOf(held),
  requestedSchema: {
    type: 'object',
    properties: {
      decision: {
        type: 'string',
        title: 'Decision',
        enum: ['approve', 'refuse'],
        enumNames: [held.session === null ? APPROVE : `${APPROVE}, and the same value again in this session`, 'Refuse'],
      },
    },
    required: ['decision'],
  },
})

/** A dismissed question is no answer: somebody else may still give one. */
export const elicitedAnswer = (response: Json): Answer['answer'] | null => {
  const result = own(response, 'result')
  const action = own(result, 'action')
  if (action === 'decline') return 'refused'
  if (action !== 'accept') return null
  const decision = own(own(result, 'content'), 'decision')
  return decision === 'approve' ? 'approved' : decision === 'refuse' ? 'refused' : null
}

/** Progress must grow, and what the server later reports must still be more: so these steps are tiny. */
const STEP = 1e-6

/** Until it is stopped. Without a token the client did not ask for signs of life. */
export const signsOfLife = (
  token: unknown,
  every: number,
  send: (message: Json) => void,
  untilText: string,
): { readonly stop: () => void } => {
  if (typeof token !== 'string' && typeof token !== 'number') return { stop: () => undefined }
  let steps = 0
  const sign = (): void =>
    send(
      notification('notifications/progress', {
        progressToken: token,
        progress: ++steps * STEP,
        message: `held: a person has to decide until ${untilText}`,
      }),
    )
  sign()
  const timer = setInterval(sign, every)
  return { stop: () => clearInterval(timer) }
}
