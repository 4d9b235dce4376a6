/** The model's examples as cases: each folder of `test/cases/laws/` is evidence, and what must come of it. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import type { ClosureMode } from '../../core/model/decisions.ts'
import { SUBSTRATES } from '../../core/model/substrate.ts'
import { createCollector, decodeRecord, ENCODERS, encodeAll } from '../../core/pipeline.ts'
import { evaluate } from '../../core/policy/evaluate.ts'
import { emptyContext } from '../../core/policy/step.ts'
import { MODES, policiesOf } from './evidence-line.ts'

const VERDICT = z.enum(['allow', 'review', 'deny'])
const CASE = z.object({
  about: z.string(),
  observations: z.number(),
  permissions: z.object({ literal: z.array(z.string()), structural: z.array(z.string()) }),
  verdicts: z.array(
    z.object({
      request: z.object({
        substrate: z.enum(SUBSTRATES),
        action: z.string(),
        visibility: z.enum(['seen', 'absent', 'malformed']),
        values: z.array(z.object({ dimension: z.string(), value: z.string() })),
      }),
      literal: VERDICT,
      structural: VERDICT,
    }),
  ),
  /** Codes that the artifact of at least one encoder of the substrate must name. */
  losses: z.array(z.object({ substrate: z.enum(SUBSTRATES), code: z.string() })),
  /** How many artifacts have a file; not stated: at least one. */
  artifacts: z.number().optional(),
})

const FOLDER = join(import.meta.dirname, '..', 'cases', 'laws')
const NOTHING_SEEN = emptyContext({ request: true, results: true })

const readCase = (name: string) => {
  const text = (file: string) => readFileSync(join(FOLDER, name, file), 'utf8')
  const collector = createCollector()
  for (const line of text('evidence.jsonl').trim().split('\n')) {
    const { source, items } = decodeRecord(JSON.parse(line), { source: null, identities: new Map() })
    collector.add(source, items)
  }
  return { expected: CASE.parse(JSON.parse(text('case.json'))), evidence: collector.finish() }
}

const names = readdirSync(FOLDER).sort()

test('there are cases', () => {
  expect(names.length).toBeGreaterThanOrEqual(2)
})

describe.each(names)('%s', name => {
  const { expected, evidence } = readCase(name)

  test('all of the evidence is accepted, and belongs to one workload', () => {
    const [workload, ...others] = evidence.workloads.values()
    expect(others).toEqual([])
    expect(workload?.observations).toHaveLength(expected.observations)
  })

  const policyFor = (mode: ClosureMode) => {
    const [policy] = policiesOf(evidence, mode).values()
    if (policy === undefined) throw new Error('no policy was derived')
    return policy
  }

  // Probabilistic closure has the structural envelope: what is unusual inside it is judged by session, and a case has few.
  const envelopeOf = (mode: ClosureMode) => (mode === 'literal' ? 'literal' : 'structural')

  test.each(MODES)('permissions and verdicts under %s closure', mode => {
    const policy = policyFor(mode)
    expect(policy.permissions.map(({ id }) => id)).toEqual(expected.permissions[envelopeOf(mode)])
    for (const { request, ...verdicts } of expected.verdicts) {
      const said = { action: request.action, values: request.values }
      expect({ ...said, verdict: evaluate(policy, request, NOTHING_SEEN).verdict }).toEqual({
        ...said,
        verdict: verdicts[envelopeOf(mode)],
      })
    }
  })

  test('artifacts and what they say they lack', () => {
    const artifacts = encodeAll(policyFor('structural'))
    const written = artifacts.filter(({ files }) => files.length > 0).length
    if (expected.artifacts === undefined) expect(written).toBeGreaterThan(0)
    else expect(written).toBe(expected.artifacts)
    for (const { substrate, code } of expected.losses) {
      const codes = ENCODERS.flatMap(({ substrates }, index) =>
        substrates.includes(substrate) ? (artifacts[index]?.losses ?? []).map(loss => loss.code) : [],
      )
      expect({ substrate, codes }).toEqual({ substrate, codes: expect.arrayContaining([code]) })
    }
  })
})
