/** The encoder contract for Cedar, and equality where the loss report is silent. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { cedarEncoder } from '../../core/encode/cedar.ts'
import { readCedarMapping } from '../../core/encode/cedar-mapping.ts'
import { evaluate } from '../../core/policy/evaluate.ts'
import { loadCedar } from '../../io/oracle/cedar.ts'
import { arbitraryContext, arbitraryPolicy, arbitraryRequest } from './arbitrary-policy.ts'
import { encoderContract } from './encoder-suite.ts'

const engine = await loadCedar()

/** The engine's own parser, not the reader's. */
const malformed = (name: string, content: string): string | null => {
  if (name === 'mapping.json') return readCedarMapping(content) === null ? 'not a mapping' : null
  const answer = name.endsWith('.cedar')
    ? engine.checkParsePolicySet({ staticPolicies: content })
    : engine.checkParseSchema(content)
  return answer.type === 'failure' ? (answer.errors[0]?.message ?? 'failure') : null
}

encoderContract(cedarEncoder, { malformed })

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
