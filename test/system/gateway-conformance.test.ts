/** The MCP conformance suite before the gateway and behind it, for a version of each era (`npm run bench conformance` shows it check by check). */
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
  for (const [version, least] of [
    ['2025-11-25', 60],
    ['2026-07-28', 120],
  ] as const)
    expect(rows.filter(row => row.version === version && row.behind === 'SUCCESS').length).toBeGreaterThan(least)
})
