/**
 * A call that did not run → a tool error that says to agent and human what was outside, what would have been allowed, and how to ask
 * for more. Whatever came from the call or the policy is quoted as JSON: nothing in it is read as an instruction or a control.
 */
import { nearest } from '../../core/decide/nearest.ts'
import type { Nearest } from '../../core/model/nearest.ts'
import type { DerivedPolicy } from '../../core/model/policy.ts'
import type { ActionRequest } from '../../core/model/request.ts'
import { VERDICT_CODES, type VerdictCode } from '../../core/model/verdict.ts'
import { ANSWERED, deviationLine, plain, quoted } from '../../io/enforce/deviation-line.ts'
import type { Answered } from '../../io/enforce/enforcer.ts'
import type { Json } from '../../io/mcp/message.ts'

const DECISION_META = 'ambit/decision'

const SHOWN_DEVIATIONS = 5
const cut = <T>(value: T): T | string =>
  typeof value === 'string' && value.length > 1_000 ? `${value.slice(0, 1_000)}…` : value

const indexes = new WeakMap<DerivedPolicy, ReturnType<typeof nearest>>()

/** Said of the policy itself: what it would allow, were it there and in force, is no help to anybody. */
const OF_POLICIES: ReadonlySet<VerdictCode> = new Set(['no-policy', 'policy-unreadable', 'expired'])

/** Of a surface that no permission covers; otherwise the permission that was left says more than any other. */
const nearestOf = ({ policy, ruling }: Answered, request: ActionRequest): Nearest | null => {
  const { permission, code } = ruling.decision
  if (permission !== null || policy === null || OF_POLICIES.has(code)) return null
  const known = indexes.get(policy) ?? nearest(policy)
  indexes.set(policy, known)
  return known(request)
}

const nearestLines = (near: Nearest | null): readonly string[] =>
  near === null
    ? []
    : [
        `Nearest permission: ${quoted(near.permission)}.`,
        ...near.allowed
          .slice(0, SHOWN_DEVIATIONS)
          .map(({ dimension, allowed }) => `- ${quoted(dimension)}: allowed is ${plain(allowed)}`),
      ]

const whyOf = ({ ruling, answer, recorded, reason }: Answered): string => {
  if (!recorded) return 'the decision could not be written down, so nothing runs until it can'
  const verdict = VERDICT_CODES[ruling.decision.code]
  const why = ruling.because === 'triggered' ? 'the tool changed since the policy was derived' : verdict
  if (answer === null) return why
  return reason === null ? `${why}; ${ANSWERED[answer]}` : `${why}; ${ANSWERED[answer]}: ${quoted(reason)}`
}

const howOf = ({ ruling, recorded, call }: Answered): string => {
  if (!recorded) return 'the operator has to make room for, or repair, the receipt log'
  return OF_POLICIES.has(ruling.decision.code)
    ? 'the operator has to derive, repair or renew the policy'
    : `tell the user; the owner of the policy can widen it (\`ambit derive\` with evidence of the need) or write a time-boxed exception for call ${quoted(call)}`
}

/** The result of `tools/call`. `structured`: the tool declares no schema that its structured results must fit. */
export const denialResult = (answered: Answered, request: ActionRequest, structured: boolean): Json => {
  const { ruling, call, answer } = answered
  const { decision } = ruling
  const near = nearestOf(answered, request)
  const lines = decision.deviations.slice(0, SHOWN_DEVIATIONS).map(deviation => `- ${deviationLine(deviation)}`)
  const more = decision.deviations.length - lines.length
  const how = howOf(answered)
  const text = [
    `Ambit did not run ${quoted(request.action)}: ${whyOf(answered)}.`,
    ...lines,
    ...(more > 0 ? [`- and ${more} more`] : []),
    ...nearestLines(near),
    `To ask for more: ${how}.`,
  ].join('\n')
  const details = {
    verdict: decision.verdict,
    code: answered.recorded ? decision.code : 'not-recorded',
    effect: ruling.effect,
    because: ruling.because,
    mode: ruling.mode,
    permission: decision.permission,
    nearest: near?.permission ?? decision.permission,
    deviations: decision.deviations
      .slice(0, SHOWN_DEVIATIONS)
      .map(deviation => ({ ...deviation, observed: cut(deviation.observed), allowed: cut(deviation.allowed) })),
    answer,
    policy: ruling.policy,
    call,
    ask: how,
  }
  return {
    content: [{ type: 'text', text }],
    ...(structured ? { structuredContent: details } : {}),
    isError: true,
    _meta: { [DECISION_META]: details },
  }
}
