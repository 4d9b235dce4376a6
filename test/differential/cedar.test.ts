/**
 * The own reader of Cedar artifacts against the Cedar engine: the same files, the same requests, the same verdicts.
 * Both get their questions from the artifact's mapping, so this compares the parser, the evaluation and the typing of
 * requests; the mapping itself is compared with the policy by the encoder contract.
 */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { cedarEncoder } from '../../core/encode/cedar.ts'
import { alternativesOf } from '../../core/encode/cedar-constraint.ts'
import { cedarOracle } from '../../io/oracle/cedar.ts'
import { arbitraryContext, arbitraryPolicy, arbitraryRequest } from '../contracts/arbitrary-policy.ts'

const KINDS = ['any', 'set', 'prefix', 'path', 'domain', 'cidr', 'range', 'length', 'shape', 'type', 'request'] as const

test('reader and engine agree on every request, and the engine finds nothing wrong', async () => {
  const reached: Record<string, number> = {}
  const kinds: Record<string, number> = {}
  const count = (table: Record<string, number>, key: string): void => {
    table[key] = (table[key] ?? 0) + 1
  }
  const cases = arbitraryPolicy(['tool']).chain(policy =>
    fc.record({
      policy: fc.constant(policy),
      requests: fc.array(arbitraryRequest(policy, ['tool']), { minLength: 8, maxLength: 16 }),
      context: arbitraryContext,
    }),
  )
  const check = fc.asyncProperty(cases, async ({ policy, requests, context }) => {
    const artifact = cedarEncoder.encode(policy)
    const asked = requests.map(request => ({ request, context }))
    const { verdicts, problems } = await cedarOracle.check(artifact, asked)
    if (problems.length > 0) expect.fail(JSON.stringify({ problems, artifact }))
    for (const [index, request] of requests.entries()) {
      const engine = verdicts[index] ?? null
      const reader = cedarEncoder.decide(artifact, request, context)
      if (engine !== reader) expect.fail(JSON.stringify({ engine, reader, request, artifact }))
      count(reached, String(engine))
      const permission = policy.permissions.find(one => one.substrate === 'tool' && one.action === request.action)
      for (const { dimension, allow } of permission?.dimensions ?? []) {
        if (!request.values.some(value => value.dimension === dimension)) continue
        for (const { kind } of alternativesOf(allow)) count(kinds, `${kind}/${engine}`)
      }
    }
  })
  await fc.assert(check, { numRuns: 400 })
  expect((reached.allow ?? 0) + (reached.review ?? 0) + (reached.deny ?? 0)).toBeGreaterThan(2_000)
  for (const verdict of ['allow', 'review', 'deny'])
    expect(reached[verdict] ?? 0, JSON.stringify(reached)).toBeGreaterThan(150)
  // Every kind was really asked about, and answered both ways.
  for (const kind of KINDS) {
    if (kind !== 'request') expect(kinds[`${kind}/allow`] ?? 0, kind).toBeGreaterThan(0)
    expect((kinds[`${kind}/deny`] ?? 0) + (kinds[`${kind}/review`] ?? 0), kind).toBeGreaterThan(0)
  }
}, 120_000)
