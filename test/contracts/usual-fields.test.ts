/** Values out of a field of an earlier result: from any field, or only from those that gave them in the window. */
import { createHmac } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { compile } from '../../core/decide/compile.ts'
import { recompute } from '../../core/decide/recompute.ts'
import { DEFAULT_DECISIONS, type Decisions } from '../../core/model/decisions.ts'
import type { DerivedPolicy } from '../../core/model/policy.ts'
import { derivePolicy, judge, mergeProfiles, profileOf, receiptOf, replay } from '../../core/pipeline.ts'
import { evaluate } from '../../core/policy/evaluate.ts'
import { fieldPlace } from '../../core/policy/field-place.ts'
import { emptyContext, step } from '../../core/policy/step.ts'
import { type Call, evidenceOf, type Session } from './sessions.ts'

const deciding = (closure: Partial<Decisions['closure']>): Decisions => ({
  ...DEFAULT_DECISIONS,
  closure: { ...DEFAULT_DECISIONS.closure, ...closure },
})
const ANY = DEFAULT_DECISIONS
const USUAL = deciding({ fields: { value: 'usual', by: 'written' } })
const EXPLAINED = deciding({
  fields: { value: 'usual', by: 'written' },
  unobserved: { value: 'explained', by: 'written' },
})

/** Every session pays the account that its own bill names: always another value, always out of `read_bill`. */
const bill = (account: string): Call => ({
  action: 'read_bill',
  values: { id: 1 },
  result: [account, 'thank you for your order'],
})
const inbox = (sender: string): Call => ({ action: 'read_inbox', result: [sender, 'please pay what you owe'] })
const pay = (to: string): Call => ({ action: 'pay_bill', values: { recipient: to } })
const account = (index: number): string => `ACCT${String(index * 7_919 + 1_000_003)}`

const window: readonly Session[] = Array.from({ length: 40 }, (_, index) => ({
  id: `s${index}`,
  request: `pay bill number ${index}`,
  calls: [inbox(`ann${index}@example.com`), bill(account(index)), pay(account(index))],
}))

const policyOf = (sessions: readonly Session[], decisions: Decisions): DerivedPolicy =>
  derivePolicy(profileOf(evidenceOf(sessions), []), decisions)

const last = (policy: DerivedPolicy, calls: readonly Call[]): string => {
  const judged = judge(policy, evidenceOf([{ id: 'judged', request: 'pay it', calls }]), { context: 'all', at: null })
  return `${judged.at(-1)?.verdict} ${judged.at(-1)?.code}`
}

const recipientOf = (policy: DerivedPolicy) =>
  policy.permissions
    .find(({ action }) => action === 'pay_bill')
    ?.dimensions.find(({ dimension }) => dimension === 'tool.args.recipient')

describe('usual fields', () => {
  const usual = policyOf(window, USUAL)
  const any = policyOf(window, ANY)

  it('are named on the policy, with the tool and the place', () => {
    expect(recipientOf(usual)?.allow).toMatchObject({
      of: expect.arrayContaining([{ kind: 'field', from: ['read_bill #'] }]),
    })
    expect(recipientOf(any)?.allow).toMatchObject({ of: expect.arrayContaining([{ kind: 'field' }]) })
  })

  it('give new values; other fields give none, unless any may', () => {
    const fresh = 'ACCT5550001'
    expect(last(usual, [bill(fresh), pay(fresh)])).toBe('allow permitted')
    expect(last(any, [inbox(fresh), pay(fresh)])).toBe('allow permitted')
    expect(last(usual, [inbox(fresh), pay(fresh)])).toBe('review value-outside')
  })

  it('are those where a value stood first: an attacker’s field does not become one by a later bill', () => {
    const fresh = 'ACCT5550001'
    expect(last(usual, [inbox(fresh), bill(fresh), pay(fresh)])).toBe('review value-outside')
  })

  it('are not made by one session, however often it repeats itself', () => {
    const flood: Session = {
      id: 'flood',
      request: 'pay bill number 7',
      calls: Array.from({ length: 300 }, (_, index) => [inbox(account(900 + index)), pay(account(900 + index))]).flat(),
    }
    expect(recipientOf(policyOf([...window, flood], USUAL))?.allow).toEqual(recipientOf(usual)?.allow)
  })

  it('count the same whatever the order and the sharding of the window', () => {
    const [some, others] = [window.slice(0, 17), window.slice(17)]
    // The clock of a session is its place in the list, so both halves are cut from one list.
    const whole = evidenceOf(window)
    const half = (ids: ReadonlySet<string>) => ({
      ...whole,
      observations: whole.observations.filter(({ session }) => ids.has(session ?? '')).toReversed(),
      requests: whole.requests.filter(({ session }) => ids.has(session)),
    })
    const idsOf = (sessions: readonly Session[]) => new Set(sessions.map(({ id }) => id))
    const [a, b] = [profileOf(half(idsOf(some)), []), profileOf(half(idsOf(others)), [])]
    expect(derivePolicy(mergeProfiles(b, a), USUAL)).toEqual(usual)
    expect(derivePolicy(mergeProfiles(a, b), USUAL)).toEqual(usual)
  })

  it('give nothing to a tool that was not observed', () => {
    const explained = policyOf(window, EXPLAINED)
    const fresh = 'ACCT5550001'
    const other: Call = { action: 'send_bill', values: { recipient: fresh } }
    expect(last(explained, [bill(fresh), other])).toMatch(/^review /)
    const anyField = deciding({ unobserved: { value: 'explained', by: 'written' } })
    expect(last(policyOf(window, anyField), [bill(fresh), other])).toBe('allow explained')
  })

  it('are decided alike by the compiled policy, and again from the receipt', () => {
    const decide = compile(usual)
    const digest = (text: string): string => createHmac('sha256', 'k'.repeat(32)).update(text).digest('hex')
    const verdicts = new Set<string>()
    const sessions: readonly Session[] = [bill, inbox].map((read, index) => ({
      id: `judged${index}`,
      request: 'pay it',
      calls: [read('ACCT5550001'), pay('ACCT5550001')],
    }))
    for (const { observation, context } of replay(evidenceOf(sessions), 'all')) {
      const expected = evaluate(usual, observation, context)
      verdicts.add(`${observation.action} ${expected.verdict}`)
      expect(decide(observation, context)).toEqual(expected)
      const record = receiptOf(observation, expected, context, usual, { digest, keep: new Set(), hide: new Set() })
      expect(recompute(usual, record.request, digest)).toEqual({ known: true, decision: record.decision })
    }
    expect([...verdicts]).toEqual(expect.arrayContaining(['pay_bill allow', 'pay_bill review']))
  })
})

describe('the place of a field', () => {
  it('is the tool and the path, digits masked; what is too long or of no tool has none', () => {
    expect(fieldPlace('list_mails', '[3].from')).toBe('list_mails [#].from')
    expect(fieldPlace('', 'from')).toBeNull()
    expect(fieldPlace('list', 'x'.repeat(200))).toBeNull()
  })

  it('is the first that a session saw, bounded with the rest of its context', () => {
    const told = (action: string, texts: readonly string[]) =>
      ({ kind: 'result', action, sent: [], leaves: texts.map(text => ({ path: 'id', text })) }) as const
    let context = step(emptyContext({ request: true, results: true }), told('first', ['abc-1']))
    context = step(context, told('second', ['abc-1', 'abc-2']))
    expect([context.places?.get('abc-1'), context.places?.get('abc-2')]).toEqual(['first id', 'second id'])
    const many = Array.from({ length: 2_000 }, (_, index) => ({
      path: `${'k'.repeat(150)}${'abcdefghij'[index % 10]}${index}`,
      text: `v${index}`,
    }))
    const large = step(context, { kind: 'result', action: 'wide', sent: [], leaves: many })
    expect(large.size - context.size).toBeGreaterThan(150)
  })
})
