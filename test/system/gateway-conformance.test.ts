/** The MCP conformance suite before the gateway and behind it (`npm run bench conformance` shows it check by check). */
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { conformed } from '../../bench/conformance.ts'
import { AMBIT } from './recording.ts'

/** How the answering transport streams, and lets go of, an answer: behind the gateway that is the gateway's own, which sends one message as JSON. */
const OWN_TRANSPORT = /^server-sse-/

test('the suite finds behind the gateway what it finds before it', { timeout: 240_000 }, async () => {
  const { rows, different } = await conformed(join(AMBIT, '..', '..', '..'))
  expect(different.filter(({ scenario }) => !OWN_TRANSPORT.test(scenario))).toEqual([])
  expect(rows.filter(({ behind }) => behind === 'FAILURE' || behind === 'WARNING')).toEqual([])
  expect(rows.filter(({ behind }) => behind === 'SUCCESS').length).toBeGreaterThan(40)
})
