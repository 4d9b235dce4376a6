/** What comes nearest to a call that nothing covers: for people, so what counts is that it is plausible, bounded and never invented. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Access } from '../../core/model/decisions.ts'
import type { DerivedPolicy } from '../../core/model/policy.ts'
import { nearest } from '../../core/pipeline.ts'
import { arbitraryPolicy, arbitraryRequest } from './arbitrary-policy.ts'
import { policyOf } from './policy-of.ts'

const TOOLS: Readonly<Record<string, Access>> = {
  send_money: 'write',
  read_file: 'read',
  write_file: 'write',
  delete_file: 'destructive',
  getUserInfo: 'read',
  'calendar.list_events': 'read',
}

const policy: DerivedPolicy = (() => {
  const plain = policyOf([
    ...Object.keys(TOOLS).map(action => ({
      substrate: 'tool' as const,
      action,
      allow: { 'tool.args.to': { kind: 'set' as const, values: ['alice'] } },
    })),
    { substrate: 'iam', action: 's3:GetObject' },
    { substrate: 'network', action: 'tcp/443' },
  ])
  const permissions = plain.permissions.map(one => ({
    ...one,
    access: { value: TOOLS[one.action] ?? 'read', by: 'name' as const },
  }))
  return { ...plain, permissions }
})()

const near = (action: string, substrate: 'tool' | 'iam' | 'network' = 'tool') =>
  nearest(policy)({ substrate, action })?.action ?? null

describe('nearest permission', () => {
  test.each([
    ['sendMoney', 'send_money'],
    ['send_mony', 'send_money'],
    ['get_user_information', 'getUserInfo'],
    ['list_calendar_events', 'calendar.list_events'],
    ['write_files', 'write_file'],
    ['transmogrify', null],
    ['', null],
    ['__proto__', null],
  ])('of `%s` is %s', (action, expected) => {
    expect(near(action)).toBe(expected)
  })

  test('of another substrate is none', () => {
    expect(near('s3:GetObjectVersion', 'iam')).toBe('s3:GetObject')
    expect(near('send_money', 'network')).toBe(null)
  })

  test('of two that are as near, it is the one that grants less', () => {
    expect(near('rename_file')).toBe('read_file')
  })

  test('says what would have been allowed, and is the surface itself where there is one', () => {
    expect(nearest(policy)({ substrate: 'tool', action: 'send_money' })).toEqual({
      permission: 'tool/send_money',
      substrate: 'tool',
      action: 'send_money',
      access: 'write',
      likeness: 1,
      allowed: [{ dimension: 'tool.args.to', allowed: 'exactly "alice"' }],
      more: 0,
    })
  })

  test('is always one of the policy’s own, whatever is asked', () => {
    let found = 0
    const asked = arbitraryPolicy().chain(one => fc.record({ one: fc.constant(one), request: arbitraryRequest(one) }))
    const check = fc.property(asked, fc.string({ unit: 'binary' }), ({ one, request }, action) => {
      for (const surface of [request, { ...request, action }]) {
        const answer = nearest(one)(surface)
        const own = one.permissions.find(({ id }) => id === answer?.permission)
        expect(answer === null ? null : answer.substrate).toBe(own?.substrate ?? null)
        if (answer === null) continue
        found++
        expect(answer.likeness).toBeGreaterThan(0)
        expect(answer.likeness === 1).toBe(answer.action === surface.action)
      }
    })
    fc.assert(check, { numRuns: 500 })
    expect(found).toBeGreaterThan(100)
  })

  test('a name without end and thousands of alike permissions cost little', () => {
    const many = policyOf(
      Array.from({ length: 5_000 }, (_, index) => ({ substrate: 'tool', action: `get_item_${index}` }) as const),
    )
    const ask = nearest(many)
    expect(ask({ substrate: 'tool', action: 'get_item_4999x' })?.action).toBe('get_item_4999')
    expect(ask({ substrate: 'tool', action: 'get_'.repeat(200_000) })?.substrate).toBe('tool')
  })
})
