/** What is wrong with a log of receipts → lines: what holds, what does not and where, and what could not be told. */
import { UNKNOWN_REASONS } from '../../../core/pipeline.ts'
import { FINDING_CODES, type Finding } from '../../../io/receipts/findings.ts'
import type { VerifiedLog } from '../../../io/receipts/verify-log.ts'
import { count, many } from './numbers.ts'
import { type Palette, PLAIN, wrap } from './terminal.ts'
import { visible } from './visible.ts'

export interface AuditReport extends VerifiedLog {
  readonly holds: boolean
  readonly recomputed: {
    readonly decisions: number
    readonly same: number
    readonly unknown: readonly { readonly reason: string; readonly dimension: string | null; readonly count: number }[]
  }
  /** Whether there was a head to hold the end of the log against. */
  readonly besideHead: boolean
}

const LISTED = 50

const place = ({ where, records }: Finding): string => {
  const [first, last] = records ?? []
  const numbers =
    first === undefined || last === undefined
      ? []
      : [first === last ? `record ${first}` : `records ${first} to ${last}`]
  return [...(where === null ? [] : [visible(where, 120)]), ...numbers].join(', ')
}

const findingLine = (finding: Finding, palette: Palette): string => {
  const at = place(finding)
  const detail = finding.detail === null ? '' : ` (${visible(finding.detail, 200)})`
  return `${palette.bad('FAIL')} ${wrap(`${finding.code}${at === '' ? '' : ` at ${at}`}: ${FINDING_CODES[finding.code]}${detail}`, '     ')}`
}

const REASON_TEXT: Readonly<Record<string, string>> = {
  ...UNKNOWN_REASONS,
  'policy-missing': 'the policy that they pin was not given',
}

/** Several lines, each ended. */
export const renderAudit = (report: AuditReport, palette: Palette = PLAIN): string => {
  const { findings, records, seals, head, recoveries, recomputed, holds, besideHead } = report
  const lines = [
    `${many(records, 'record')}, ${many(seals, 'seal')}${head === null ? '' : `, up to record ${head.sequence} of log ${visible(head.log, 80)}`}`,
    ...findings.slice(0, LISTED).map(finding => findingLine(finding, palette)),
    ...(findings.length > LISTED ? [`and ${many(findings.length - LISTED, 'more')}; --format json has all`] : []),
    ...recoveries
      .slice(0, LISTED)
      .map(({ where, cause, count: number }) =>
        cause === 'torn'
          ? `note: ${many(number, 'byte')} of a batch that a crash cut off were set aside before ${visible(where, 120)}`
          : `note: ${many(number, 'record')} could not be written before ${visible(where, 120)}, and were refused`,
      ),
    `${count(recomputed.same)} of ${many(recomputed.decisions, 'decision')} computed again from ${recomputed.decisions === 1 ? 'its' : 'their'} policy, and the same`,
    ...recomputed.unknown
      .slice(0, LISTED)
      .map(
        ({ reason, dimension, count: number }) =>
          `note: ${many(number, 'decision')} not computed again: ${REASON_TEXT[reason] ?? reason}${dimension === null ? '' : `: ${visible(dimension, 120)}`}`,
      ),
    ...(besideHead || head === null
      ? []
      : [
          'note: nothing tells whether the end was cut off at a seal; `--head` with a head that was kept elsewhere does',
        ]),
    holds
      ? palette.good('the log holds')
      : records === 0 && findings.length === 0
        ? palette.warn('there is no receipt')
        : palette.bad('the log does not hold'),
  ]
  return `${lines.join('\n')}\n`
}
