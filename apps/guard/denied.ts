/** A call that the policy did not let run, as an error: typed for the program, in words for the agent and for a person. */
import type { Ruling } from '../../core/model/enforcement.ts'
import { VERDICT_CODES } from '../../core/model/verdict.ts'
import { ANSWERED, deviationLine, quoted } from '../../io/enforce/deviation-line.ts'
import type { Answered } from '../../io/enforce/enforcer.ts'

/** Why, in one line. */
const reasonOf = ({ ruling, answer, recorded }: Answered): string => {
  if (!recorded) return 'the decision could not be recorded, so nothing runs'
  const { code, deviations } = ruling.decision
  const [worst] = deviations
  const outside = worst === undefined ? VERDICT_CODES[code] : deviationLine(worst)
  return answer === null ? outside : `${outside}; ${ANSWERED[answer]}`
}

export const CHANGED = 'the arguments changed between the decision and the call'

export class AmbitDenied extends Error {
  override readonly name = 'AmbitDenied'
  readonly code = 'AMBIT_DENIED'
  readonly tool: string
  /** Id of the call, as its receipts have it. */
  readonly call: string
  readonly ruling: Ruling
  /** What a person said where it was held; null where nobody was asked. */
  readonly answer: Answered['answer']
  /** One line: what was outside, and what would have been allowed. */
  readonly reason: string

  constructor(tool: string, answered: Answered, reason: string = reasonOf(answered)) {
    const { call, ruling, answer } = answered
    super(
      `the call of ${quoted(tool)} was not run: ${reason}. Do not retry it unchanged. Whoever owns the policy can ` +
        `allow it with an exception, or widen the policy; name the call \`${call}\``,
    )
    this.tool = tool
    this.call = call
    this.ruling = ruling
    this.answer = answer
    this.reason = reason
  }
}
