/** What becomes of a call: every combination of verdict, mode, exception, approval and trigger, against the law in words. */
import { describe, expect, test } from 'vitest'
import { rule } from '../../core/decide/rule.ts'
import { MODES } from '../../core/model/enforcement.ts'
import type { Exception } from '../../core/model/exception.ts'
import type { Decision, Verdict } from '../../core/model/verdict.ts'

const EXCEPTION: Exception = {
  id: 'e-1',
  workload: 'test/agent',
  owner: 'ada',
  reason: 'migration',
  approvedBy: [],
  scope: { substrate: 'tool', actions: ['write_file'], dimensions: null, session: null },
  start: '2026-01-01T00:00:00Z',
  end: '2026-01-02T00:00:00Z',
}

const decisionOf = (verdict: Verdict): Decision => ({
  verdict,
  code: verdict === 'allow' ? 'permitted' : verdict === 'review' ? 'value-outside' : 'value-denied',
  permission: 'tool/write_file',
  deviations: [],
})

const ALL = (['allow', 'review', 'deny'] as const).flatMap(verdict =>
  MODES.flatMap(mode =>
    [null, EXCEPTION].flatMap(exception =>
      [false, true].flatMap(approved =>
        [false, true].map(triggered => ({ verdict, mode, exception, approved, triggered })),
      ),
    ),
  ),
)

const ruled = ({ verdict, ...rest }: (typeof ALL)[number]) =>
  rule({ ...rest, decision: decisionOf(verdict), policy: 'sha256:1' })

describe('rule', () => {
  test('the verdict is what the policy says, whatever the effect', () => {
    for (const input of ALL) expect(ruled(input).decision).toEqual(decisionOf(input.verdict))
  })

  test('what is allowed and rests on nothing that changed runs, in every mode', () => {
    for (const input of ALL.filter(({ verdict, triggered }) => verdict === 'allow' && !triggered))
      expect(ruled(input)).toMatchObject({ effect: 'run', because: 'verdict', exception: null })
  })

  test('enforced, a denial is refused unless an exception covers it; an approval never lifts it', () => {
    for (const input of ALL.filter(({ verdict, mode }) => verdict === 'deny' && mode === 'enforce')) {
      const isCovered = input.exception !== null && !input.triggered
      expect(ruled(input)).toMatchObject(
        isCovered
          ? { effect: 'run', because: 'exception', exception: 'e-1' }
          : { effect: 'refuse', because: 'verdict', exception: null },
      )
    }
  })

  test('enforced, a review is held unless an exception or an approval covers it', () => {
    for (const input of ALL.filter(({ verdict, mode }) => verdict === 'review' && mode === 'enforce')) {
      const { exception, approved, triggered } = input
      if (exception !== null && !triggered) expect(ruled(input)).toMatchObject({ effect: 'run', because: 'exception' })
      else if (approved) expect(ruled(input)).toMatchObject({ effect: 'run', because: 'approved' })
      else expect(ruled(input)).toMatchObject({ effect: 'hold', because: triggered ? 'triggered' : 'verdict' })
    }
  })

  test('a trigger holds what would run, and an exception for what was before does not lift it', () => {
    for (const exception of [null, EXCEPTION]) {
      const input = { verdict: 'allow', mode: 'enforce', exception, approved: false, triggered: true } as const
      expect(ruled(input)).toMatchObject({ effect: 'hold', because: 'triggered', exception: null })
    }
  })

  test('in observe and alert-only everything runs', () => {
    for (const input of ALL.filter(({ mode }) => mode !== 'enforce')) expect(ruled(input).effect).toBe('run')
  })
})
