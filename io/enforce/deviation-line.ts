/**
 * What was outside, in one line, for agents, people and logs alike. Whatever came from the call or the policy is quoted as JSON:
 * nothing in it is read as an instruction or a control.
 */
import { type Deviation, VERDICT_CODES } from '../../core/model/verdict.ts'
import { jsonText } from '../json-text.ts'
import type { Answer } from './approvals.ts'

const QUOTED = 200

/** JSON, at most some hundred characters of it. */
export const quoted = (value: unknown): string => {
  const text = jsonText(value) ?? 'nothing'
  return text.length > QUOTED ? `${text.slice(0, QUOTED)}…` : text
}

/** A line that says what a constraint allows quotes its values itself; only what a terminal could obey is escaped. */
export const plain = (line: string): string =>
  quoted(line)
    .replace(/^"|"(?=…?$)/g, '')
    .replaceAll('\\"', '"')

export const deviationLine = ({ dimension, code, observed, allowed }: Deviation): string => {
  if (code === 'dimension-missing') return `${quoted(dimension)} is missing; allowed is ${plain(allowed)}`
  return `${quoted(dimension)} is ${quoted(observed)} (${VERDICT_CODES[code]}); allowed is ${plain(allowed)}`
}

/** How a held call ended that did not run. */
export const ANSWERED: Readonly<Record<Answer['answer'], string>> = {
  approved: 'a person approved it, and meanwhile the policy no longer lets it run',
  refused: 'a person refused it',
  'timed-out': 'a person had to decide, and none did in time',
  cancelled: 'it was withdrawn while a person had to decide',
}
