/** Judged calls for the tests of detection, from the few fields that a test is about. */
import type { Noted } from '../../core/model/alert.ts'
import { DAY } from '../../core/model/observation.ts'
import type { Deviation, VerdictCode } from '../../core/model/verdict.ts'

export const START = Date.UTC(2026, 2, 1) * 1_000
export { DAY }
export const HOUR = 3_600_000_000

export const deviation = (observed: Deviation['observed'], code: VerdictCode = 'value-denied'): Deviation => ({
  dimension: 'tool.args.recipient',
  code,
  observed,
  allowed: 'exactly "rent"',
})

export const noted = (fields: Partial<Noted> = {}): Noted => ({
  id: 'o-1',
  witness: 's-1',
  at: START,
  substrate: 'tool',
  action: 'send_money',
  verdict: 'deny',
  code: 'value-denied',
  permission: 'tool/send_money',
  deviations: [deviation('evil')],
  outside: 'nothing-read',
  task: null,
  exception: null,
  ...fields,
})
