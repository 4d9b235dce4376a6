/** The parts of `npm run bench cloudtrail` that decide what a figure says. */
import { describe, expect, test } from 'vitest'
import type { Event } from '../../bench/cloudtrail/events.ts'
import { placeOf, relocated } from '../../bench/cloudtrail/relocate.ts'
import { arnPrefix, baselines } from '../../bench/cloudtrail/ways.ts'
import { countsOf, splitsOf } from '../../bench/cloudtrail.ts'
import { NO_FACTS, type Observation, type Outcome } from '../../core/model/observation.ts'

const call = (action: string, resource: string | null, outcome: Outcome = 'ok'): Observation => ({
  id: `${action} ${resource}`,
  source: 'cloudtrail',
  workload: { namespace: 'cloud', name: 'account' },
  session: null,
  witness: 'w',
  substrate: 'iam',
  action,
  values: [
    ...(resource === null ? [] : [{ dimension: 'iam.resource', value: resource }]),
    { dimension: 'iam.region', value: 'eu-west-1' },
  ],
  visibility: 'seen',
  start: 0,
  end: null,
  outcome,
  result: null,
  facts: NO_FACTS,
})

const event = (observation: Observation | null, label = 'console'): Event => ({
  label,
  source: 'cloudtrail',
  items: [],
  observation,
})

test('the prefix of an ARN ends at the last separator of its resource', () => {
  expect(arnPrefix('arn:aws:s3:::corpus-v2')).toBe('arn:aws:s3:::corpus-')
  expect(arnPrefix('arn:aws:iam::1:role/team/reader')).toBe('arn:aws:iam::1:role/team/')
  expect(arnPrefix('arn:aws:s3:::corpus')).toBe('arn:aws:s3:::corpus')
})

describe('what is in use today', () => {
  const training = [
    event(call('s3:GetObject', 'arn:aws:s3:::corpus-v2')),
    event(call('iam:CreateUser', null, 'denied')),
  ]
  const levels = new Map([
    ['s3:GetObject', 's3 Read'],
    ['s3:GetBucketAcl', 's3 Read'],
  ])
  const verdicts = (observation: Observation) =>
    Object.fromEntries(baselines(levels).map(({ name, learn }) => [name, learn(training)(observation).verdict]))

  test('widens by resource, by prefix and by access level', () => {
    expect(verdicts(call('s3:GetObject', 'arn:aws:s3:::corpus-v3'))).toEqual({
      'action and resource, literal': 'deny',
      'action literal': 'allow',
      'action, resource prefix': 'allow',
      'service and access level': 'allow',
    })
    expect(verdicts(call('s3:GetBucketAcl', null))).toMatchObject({
      'action literal': 'deny',
      'service and access level': 'allow',
    })
  })

  test('does not learn from what AWS refused', () => {
    expect(Object.values(verdicts(call('iam:CreateUser', null)))).toEqual(['deny', 'deny', 'deny', 'deny'])
  })
})

test('attacks and what is nobody’s behavior never train', () => {
  const benign = Array.from({ length: 4 }, (_, index) => event(call('a:B', `arn:aws:s3:::r${index}`)))
  const splits = splitsOf([event(null), event(call('x:Y', null), 'attack'), ...benign])
  expect(splits.map(({ training, later }) => [training, later])).toEqual([
    [benign.slice(0, 2), benign.slice(2)],
    [benign, []],
  ])
})

test('an event of another account is moved whole, and nothing but its place changes', () => {
  const place = placeOf([call('a:B', 'arn:aws:sns:eu-west-1:111:topic')])
  expect(place).toEqual({ account: '111', region: 'eu-west-1' })
  const foreign = { ...call('a:B', 'arn:aws:sns:xx-north-9:222:topic/x:y'), outcome: 'denied' as const }
  expect(relocated(foreign, place)).toEqual({
    ...foreign,
    values: [
      { dimension: 'iam.resource', value: 'arn:aws:sns:eu-west-1:111:topic/x:y' },
      { dimension: 'iam.region', value: 'eu-west-1' },
    ],
  })
  expect(relocated(call('a:B', 'arn:aws:s3:::bucket'), place).values[0]?.value).toBe('arn:aws:s3:::bucket')
})

test('verdicts are counted with the reasons of what was not allowed', () => {
  const counts = countsOf([call('a:B', null), call('c:D', null)], ({ action }) =>
    action === 'a:B' ? { verdict: 'allow', code: 'permitted' } : { verdict: 'deny', code: 'surface-unknown' },
  )
  expect(counts).toEqual({ allow: 1, review: 0, deny: 1, codes: { 'surface-unknown': 1 } })
})
