/**
 * The pattern-continuity test: does what an alert counts look like a workload that has changed, or like an episode? Drift is
 * spread over days, witnesses and kinds of task; an anomaly is one witness, one burst, or follows only on texts that name it.
 */
import type { Continuity, ContinuityReason } from '../model/alert.ts'
import type { Thresholds } from '../model/policy.ts'
import type { Tally } from './tally.ts'

const HOUR = 3_600_000_000

export const continuityOf = (tally: Tally, { witnesses }: Pick<Thresholds, 'witnesses'>): Continuity => {
  const isSpread = tally.witnesses.size > witnesses
  const isBurst = tally.last - tally.first <= HOUR
  const afterOutside = tally.told > 0 && tally.named === tally.told
  const reasons: ContinuityReason[] = []
  const holds = (reason: ContinuityReason, is: boolean): boolean => {
    if (is) reasons.push(reason)
    return is
  }
  const anomalous = [
    holds('after-outside-only', afterOutside),
    holds('one-witness', tally.witnesses.size === 1 && tally.count > 1),
    holds('one-burst', isBurst && tally.count > 1),
  ].includes(true)
  const continuous = [
    holds('several-days', tally.days.size > 1),
    holds('several-witnesses', isSpread),
    // Where requests are not seen, witnesses and days have to do.
    holds('several-tasks', tally.tasks.length > 1) || tally.tasks.length === 0,
  ].every(Boolean)
  holds('once', tally.count === 1)
  holds('one-task', tally.tasks.length === 1 && tally.witnesses.size > 1)
  holds('few-witnesses', !isSpread && tally.witnesses.size !== 1)
  holds('outside-unknown', tally.told < tally.count)
  holds('task-unknown', tally.tasks.length === 0)
  return { pattern: anomalous ? 'anomaly' : continuous ? 'drift' : 'open', reasons }
}
