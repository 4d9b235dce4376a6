/** Names with separators in them: what is withheld of one surface says nothing about another. */
import { expect, test } from 'vitest'
import { evaluate } from '../../core/policy/evaluate.ts'
import { NO_CONTEXT } from '../../core/policy/step.ts'
import { policyOf } from './policy-of.ts'

const evidence = policyOf([{ substrate: 'tool', action: 'x' }]).permissions[0]?.evidence

test('an action that spells out a withheld value is not withheld', () => {
  if (evidence === undefined) throw new Error('the sketch has no permission')
  const policy = policyOf([{ substrate: 'tool', action: 'send', allow: { 'tool.args.to': { kind: 'none' } } }], {
    withheld: [
      {
        substrate: 'tool',
        action: 'send',
        dimension: 'tool.args.to',
        value: 'bob',
        class: 'one-time',
        findings: [],
        evidence,
      },
    ],
  })
  const judged = (action: string) =>
    evaluate(policy, { substrate: 'tool', action, values: [], visibility: 'seen' }, NO_CONTEXT).code
  expect(judged('send\0tool.args.to\0string:bob')).toBe('surface-unknown')
  expect(judged('send')).toBe('dimension-missing')
})
