/** The parts of `npm run bench origins` that decide what a figure says. */
import { expect, test } from 'vitest'
import { restsOnField, returnedIn } from '../../bench/origins/rests.ts'
import { DEFAULT_DECISIONS } from '../../core/model/decisions.ts'
import { derivePolicy, profileOf } from '../../core/pipeline.ts'
import { type Call, evidenceOf, repeated } from './sessions.ts'

const LIST: Call = { action: 'list_accounts', result: ['acct-7781-x', 'a text with words'] }
const send = (to: string): Call => ({ action: 'send_money', values: { recipient: to } })

const found = (request: string, to: string) => returnedIn(evidenceOf([{ id: 's', request, calls: [LIST, send(to)] }]))

test('a value is taken from the field that held it whole before, and from nowhere else', () => {
  expect(found('pay', 'acct-7781-x').map(({ dimension, fields }) => [dimension, fields])).toEqual([
    [
      'tool.args.recipient',
      [JSON.stringify(['send_money', 'tool.args.recipient', JSON.stringify(['list_accounts', '#'])])],
    ],
  ])
  expect(found('pay', 'acct-9999-y')).toEqual([])
  expect(returnedIn(evidenceOf([{ id: 's', calls: [send('acct-7781-x'), LIST] }]))).toEqual([])
})

test('it rests on the field where it is in no set and the user did not ask for it', () => {
  const window = repeated(9, 'paid', [send('acct-1111-z')], 'pay acct-1111-z')
  const policy = derivePolicy(profileOf(evidenceOf(window), []), DEFAULT_DECISIONS)
  const rests = (request: string, to: string) => found(request, to).map(entry => restsOnField(policy, entry))
  expect(rests('pay my rent', 'acct-7781-x')).toEqual([true])
  expect(rests('pay acct-7781-x', 'acct-7781-x')).toEqual([false])
})
