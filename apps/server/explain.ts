/** A ruling → what the answer says about it: machine-readable first, then one line for an administrator and one for a user. */
import { EFFECT_REASONS, type Ruling } from '../../core/model/enforcement.ts'
import { type Deviation, VERDICT_CODES } from '../../core/model/verdict.ts'
import { deviationLine } from '../../io/enforce/deviation-line.ts'

const MAX_VALUE = 200
const MAX_DEVIATIONS = 20

const short = (text: string): string => (text.length > MAX_VALUE ? `${text.slice(0, MAX_VALUE)}…` : text)

const bounded = ({ observed, allowed, dimension, code }: Deviation): Deviation => ({
  dimension: short(dimension),
  code,
  observed: typeof observed === 'string' ? short(observed) : observed,
  allowed: allowed.slice(0, 2_000),
})

const adminText = ({ decision, mode, because }: Ruling): string => {
  const { verdict, code, permission, deviations } = decision
  const worst = deviations[0]
  return [
    `${verdict}: ${VERDICT_CODES[code]}`,
    ...(worst === undefined ? [] : [deviationLine(worst)]),
    permission === null ? 'no permission' : `permission ${permission}`,
    `mode ${mode}: ${EFFECT_REASONS[because]}`,
  ].join('; ')
}

const USER_TEXT: Readonly<Record<Ruling['effect'], string>> = {
  run: 'this is allowed',
  hold: 'this is unusual for this agent, and waits for a person to approve it',
  refuse: 'this is outside what this agent may do; ask whoever owns its policy for an exception',
}

/** Fields of an answer's `context` that the ruling gives. The policy's own words and values: for callers that may ask, only. */
export const explainRuling = (ruling: Ruling): Readonly<Record<string, unknown>> => {
  const { decision, mode, effect, because, exception, policy } = ruling
  const { verdict, code, permission, deviations } = decision
  return {
    reason_admin: { en: adminText(ruling) },
    ...(effect === 'run' && verdict === 'allow' ? {} : { reason_user: { en: USER_TEXT[effect] } }),
    verdict,
    code,
    permission,
    deviations: deviations.slice(0, MAX_DEVIATIONS).map(bounded),
    mode,
    effect,
    because,
    exception,
    policy,
    // It runs although the policy does not allow it: for whoever watches.
    ...(effect === 'run' && verdict !== 'allow' ? { flagged: true } : {}),
  }
}
