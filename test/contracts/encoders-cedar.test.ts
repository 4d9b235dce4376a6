/** The encoder contract for Cedar, and equality where the loss report is silent. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { cedarEncoder } from '../../core/encode/cedar.ts'
import { readCedarMapping } from '../../core/encode/cedar-mapping.ts'
import { evaluate } from '../../core/policy/evaluate.ts'
import { emptyContext } from '../../core/policy/step.ts'
import { cedarOracle, loadCedar } from '../../io/oracle/cedar.ts'
import { arbitraryContext, arbitraryPolicy, arbitraryRequest } from './arbitrary-policy.ts'
import { encoderContract } from './encoder-suite.ts'
import { policyOf } from './policy-of.ts'

const engine = await loadCedar()

/** The engine's own parser, not the reader's. */
const malformed = (name: string, content: string): string | null => {
  if (name === 'mapping.json') return readCedarMapping(content) === null ? 'not a mapping' : null
  const answer = name.endsWith('.cedar')
    ? engine.checkParsePolicySet({ staticPolicies: content })
    : engine.checkParseSchema(content)
  return answer.type === 'failure' ? (answer.errors[0]?.message ?? 'failure') : null
}

encoderContract(cedarEncoder, { malformed, runs: 200 })

test('a permission without a loss has exactly the verdicts of the policy', () => {
  const reached: Record<string, number> = {}
  const cases = arbitraryPolicy(['tool']).chain(policy =>
    fc.record({
      policy: fc.constant(policy),
      requests: fc.array(arbitraryRequest(policy, ['tool']), { minLength: 4, maxLength: 24 }),
      context: arbitraryContext,
    }),
  )
  const check = fc.property(cases, ({ policy, requests, context }) => {
    const artifact = cedarEncoder.encode(policy)
    const lossy = new Set(artifact.losses.map(({ permission }) => permission))
    for (const request of requests) {
      const { permission, verdict } = evaluate(policy, request, context)
      const found = cedarEncoder.decide(artifact, request, context)
      if (found === null || permission === null || lossy.has(permission)) continue
      reached[verdict] = (reached[verdict] ?? 0) + 1
      if (found !== verdict) expect.fail(JSON.stringify({ found, verdict, request, files: artifact.files }))
    }
  })
  fc.assert(check, { numRuns: 400 })
  for (const verdict of ['allow', 'review', 'deny']) expect(reached[verdict] ?? 0).toBeGreaterThan(20)
})

test('values that are huge or very many are still engine-readable, and still decided', async () => {
  const huge = 'x'.repeat(5_000_000)
  const many = Array.from({ length: 20_000 }, (_, index) => `v${index}-`)
  const policy = policyOf([
    { substrate: 'tool', action: 'write', allow: { 'tool.args.text': { kind: 'set', values: [huge] } } },
    { substrate: 'tool', action: 'read', allow: { 'tool.args.id': { kind: 'prefix', prefixes: many } } },
    { substrate: 'tool', action: 'list', allow: { 'tool.args.id': { kind: 'set', values: many } } },
  ])
  const ask = (action: string, name: string, value: string) => ({
    request: {
      substrate: 'tool',
      action,
      values: [{ dimension: `tool.args.${name}`, value }],
      visibility: 'seen',
    } as const,
    context: emptyContext({ request: false, results: false }),
  })
  const cases = [
    ask('write', 'text', huge),
    ask('write', 'text', `${huge}x`),
    ask('read', 'id', 'v19999-a'),
    ask('read', 'id', 'w'),
    ask('list', 'id', 'v7-'),
    ask('list', 'id', 'v7'),
  ]
  const artifact = cedarEncoder.encode(policy)
  const expected = ['allow', 'deny', 'allow', 'deny', 'allow', 'deny']
  expect(cases.map(({ request, context }) => cedarEncoder.decide(artifact, request, context))).toEqual(expected)
  expect(await cedarOracle.check(artifact, cases)).toEqual({ verdicts: expected, problems: [] })
})
