/** A proposal → text: what recurs, what would change, and who has to say yes. */
import type { Recurrence } from '../../../core/model/recurrence.ts'
import { VERDICT_CODES } from '../../../core/model/verdict.ts'
import type { Proposal } from '../../../core/policy/proposal.ts'
import { renderDiff } from './diff.ts'
import { many } from './numbers.ts'
import { type Palette, PLAIN } from './terminal.ts'
import { quoted, visible } from './visible.ts'

const NAME = 120

const APPROVALS: Readonly<Record<Proposal['approval'], string>> = {
  needed: 'it allows more than the policy in force: a person has to accept it (`ambit accept`)',
  automatic: 'it allows nothing that the policy in force does not: it may be put in place (`--apply`)',
  unchanged: 'nothing to propose',
  none: 'judgements alone propose no policy: derive again with the evidence behind them',
}

const recurrenceText = (one: Recurrence): string => {
  const { substrate, action, dimension, value, code, count, witnesses, tasks, named } = one
  const place = [substrate, action, ...(dimension === null ? [] : [dimension])]
    .map(part => visible(part, NAME))
    .join(' ')
  const text =
    named === null || named === 0 ? '' : `; ${many(named, 'witness', 'witnesses')} had read a text that names it`
  return [
    `  ${place}${value === null ? '' : ` ${quoted(value, 80)}`}: ${VERDICT_CODES[code]} (${code})\n`,
    `    ${many(count, 'time')}, ${many(witnesses, 'witness', 'witnesses')}, ${many(tasks, 'kind')} of task${text}\n`,
  ].join('')
}

export const proposalText = (proposal: Proposal, palette: Palette = PLAIN): string => {
  const { workload, from, to, recurring, differences, approval, difference } = proposal
  return [
    `${visible(workload, NAME)}: ${from} to ${to ?? 'nothing yet'}\n`,
    recurring.length === 0
      ? 'no soft violation recurs over the confidence threshold\n'
      : `recurs over the confidence threshold:\n${recurring.map(recurrenceText).join('')}`,
    ...(to === null ? [] : [renderDiff(differences, palette)]),
    `${APPROVALS[approval]}\n`,
    ...(approval === 'needed' ? [`difference ${difference}\n`] : []),
  ].join('\n')
}
