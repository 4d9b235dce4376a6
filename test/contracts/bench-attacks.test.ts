/** The parts of `npm run bench attacks` that decide what a figure says. */
import { describe, expect, test } from 'vitest'
import { DISGUISES, pieces } from '../../bench/attacks/disguise.ts'
import { passedBy } from '../../bench/attacks/judged.ts'
import type { Outcome } from '../../bench/attacks/run.ts'
import { rowsOf } from '../../bench/attacks.ts'
import { emptyContext, step } from '../../core/policy/step.ts'

describe('disguises', () => {
  test('never hold the value as it is', () => {
    for (const value of ['audit.desk@exfil-relay.net', 'DE75512108001245126199', 'exfilrelay77']) {
      for (const disguise of Object.values(DISGUISES)) expect(disguise(value)?.includes(value) ?? false).toBe(false)
    }
  })

  test('can be undone, else nobody could obey them', () => {
    expect(pieces('abcdefgh', 3).join('')).toBe('abcdefgh')
    const code = DISGUISES.base64('x@y.example').split(' ').pop() ?? ''
    expect(Buffer.from(code, 'base64').toString()).toBe('x@y.example')
    expect(DISGUISES.rot13('Hello')).toContain('Uryyb')
  })

  test('say where they do not apply', () => {
    expect(DISGUISES['[at] and [dot]']('DE75512108001245126199')).toBeNull()
    expect(DISGUISES.rot13('1234')).toBeNull()
  })
})

test('what let a value through is the first part of the constraint that holds it', () => {
  const context = step(emptyContext({ request: true, results: true }), {
    kind: 'result',
    sent: [],
    leaves: [{ path: 'sender', text: 'x@y.example' }],
  })
  const allow = {
    kind: 'anyOf',
    of: [{ kind: 'set', values: ['known'] }, { kind: 'request' }, { kind: 'field' }],
  } as const
  expect(passedBy(allow, 'known', context)).toBe('the window admitted it')
  expect(passedBy(allow, 'x@y.example', context)).toBe('a result held it as a whole field')
  expect(passedBy(allow, 'other', context)).toBeNull()
})

test('rows count stopped, denied and passed as shares of all', () => {
  const outcome = (verdict: Outcome['verdict'], code: Outcome['code'], task: string): Outcome => ({
    id: 'a',
    kind: 'k',
    suite: 'slack',
    task,
    verdict,
    code,
    passedBy: verdict === 'allow' ? 'why' : null,
  })
  const [row, ...others] = rowsOf([
    outcome('deny', 'value-denied', 't1'),
    outcome('review', 'value-outside', 't1'),
    outcome('allow', 'permitted', 't2'),
    outcome('allow', 'permitted', 't2'),
  ])
  expect(others).toEqual([])
  expect(row).toMatchObject({
    n: 4,
    stopped: { value: 0.5 },
    denied: { value: 0.25 },
    codes: { 'value-denied': 0.25, 'value-outside': 0.25 },
    passed: { why: 0.5 },
    suites: { slack: 0.5 },
  })
})
