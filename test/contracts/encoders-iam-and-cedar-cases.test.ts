/**
 * Cases of the Cedar and IAM encoders, as data: `test/cases/encode/<encoder>/<case>/case.yaml` has a policy in a few
 * fields, requests with the verdicts of the policy and of the written files, and the losses; the files lie beside it.
 * `vitest -u` rewrites those, and the difference is for a person to read.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import { cedarEncoder } from '../../core/encode/cedar.ts'
import { iamBoundaryEncoder } from '../../core/encode/iam-boundary.ts'
import { DEFAULT_DECISIONS } from '../../core/model/decisions.ts'
import type { Encoder } from '../../core/model/encoder.ts'
import type { DerivedPolicy, Permission, PermissionDimension } from '../../core/model/policy.ts'
import type { ActionRequest } from '../../core/model/request.ts'
import type { Scalar } from '../../core/model/scalar.ts'
import { evaluate } from '../../core/policy/evaluate.ts'
import { emptyContext } from '../../core/policy/step.ts'
import { cedarOracle } from '../../io/oracle/cedar.ts'
import { iamGrammarOracle } from '../../io/oracle/iam-grammar.ts'
import { policyOf } from './policy-of.ts'

const ROOT = fileURLToPath(new URL('../cases/encode/', import.meta.url))
const SEAMS = [
  { encoder: cedarEncoder, oracle: cedarOracle, substrate: 'tool' },
  { encoder: iamBoundaryEncoder, oracle: iamGrammarOracle, substrate: 'iam' },
] as const

const scalar = z.union([z.string(), z.number(), z.boolean(), z.null()])
const verdict = z.enum(['allow', 'review', 'deny'])
const schema = z.strictObject({
  why: z.string(),
  permissions: z.array(
    z.strictObject({
      substrate: z.enum(['tool', 'iam', 'network']),
      action: z.string(),
      others: z.custom<Permission['others']>().optional(),
      argumentsSeen: z.boolean().optional(),
      dimensions: z
        .record(
          z.string(),
          z.strictObject({
            allow: z.custom<PermissionDimension['allow']>(),
            review: z.custom<PermissionDimension['allow']>().optional(),
            absent: verdict.optional(),
            role: z.custom<PermissionDimension['role']['value']>().optional(),
            type: z.custom<PermissionDimension['type']>().optional(),
          }),
        )
        .default({}),
    }),
  ),
  withheld: z
    .array(z.strictObject({ action: z.string(), dimension: z.string().nullable(), value: scalar }))
    .default([]),
  envelopes: z.custom<DerivedPolicy['envelopes']>().default([]),
  requests: z.array(
    z.strictObject({
      action: z.string(),
      /** A list is one value per element. */
      values: z.record(z.string(), z.union([scalar, z.array(scalar)])).default({}),
      visibility: z.enum(['seen', 'absent']).default('seen'),
      policy: verdict,
      artifact: verdict.nullable(),
    }),
  ),
  losses: z.array(z.string()),
})
type Case = z.infer<typeof schema>

const policyIn = ({ permissions, withheld, envelopes }: Case, substrate: 'tool' | 'iam'): DerivedPolicy => {
  const base = policyOf(
    permissions.map(({ substrate: at, action, dimensions }) => ({
      substrate: at,
      action,
      allow: Object.fromEntries(Object.entries(dimensions).map(([name, { allow }]) => [name, allow])),
    })),
  )
  const evidence = base.permissions[0]?.evidence
  return {
    ...base,
    decisions: DEFAULT_DECISIONS,
    envelopes,
    withheld: withheld.flatMap(entry =>
      evidence === undefined ? [] : [{ ...entry, substrate, class: 'one-time' as const, findings: [], evidence }],
    ),
    permissions: base.permissions.map((permission, index) => {
      const sketch = permissions[index]
      return {
        ...permission,
        others: sketch?.others ?? permission.others,
        argumentsSeen: sketch?.argumentsSeen ?? permission.argumentsSeen,
        dimensions: permission.dimensions.map(dimension => {
          const { review, absent, role, type } = sketch?.dimensions[dimension.dimension] ?? {}
          return {
            ...dimension,
            review: review ?? null,
            absent: absent ?? 'deny',
            role: { value: role ?? 'selector', by: 'name' as const },
            type: type ?? 'identifier',
          }
        }),
      }
    }),
  }
}

const requestOf = (
  { action, values, visibility }: Case['requests'][number],
  substrate: 'tool' | 'iam',
): ActionRequest => ({
  substrate,
  action,
  values: Object.entries(values).flatMap(([dimension, value]) =>
    (Array.isArray(value) ? value : [value]).map((one: Scalar) => ({ dimension, value: one })),
  ),
  visibility,
})

const lossLines = (losses: ReturnType<Encoder['encode']>['losses']): readonly string[] =>
  losses.map(({ code, permission, dimension }) => [code, permission, dimension].filter(Boolean).join(' '))

const folders = (path: string): readonly string[] =>
  readdirSync(path, { withFileTypes: true })
    .filter(entry => entry.isDirectory())
    .map(entry => entry.name)
    .sort()

const context = emptyContext({ request: true, results: true })

describe.each(SEAMS)('cases of $encoder.id', ({ encoder, oracle, substrate }) => {
  test.each(folders(`${ROOT}${encoder.id}`))('%s', async name => {
    const folder = `${ROOT}${encoder.id}/${name}/`
    const sample = schema.parse(parse(readFileSync(`${folder}case.yaml`, 'utf8')))
    const policy = policyIn(sample, substrate)
    const artifact = encoder.encode(policy)
    const asked = sample.requests.map(request => requestOf(request, substrate))
    const found = asked.map((request, index) => ({
      ...sample.requests[index],
      policy: evaluate(policy, request, context).verdict,
      artifact: encoder.decide(artifact, request, context),
    }))
    expect(found).toEqual(sample.requests)
    expect([...lossLines(artifact.losses)].sort()).toEqual([...sample.losses].sort())

    const findings = await oracle.check(
      artifact,
      asked.map(request => ({ request, context })),
    )
    expect(findings.problems).toEqual([])
    const answered = findings.verdicts.some(one => one !== null)
    expect(answered).toBe(encoder.id === 'cedar' && artifact.files.length > 0)
    if (answered) expect(findings.verdicts).toEqual(sample.requests.map(request => request.artifact))

    const written = readdirSync(folder).filter(file => file !== 'case.yaml')
    if (artifact.files.length === 0) expect(written).toEqual([])
    for (const file of artifact.files) await expect(file.content).toMatchFileSnapshot(`${folder}${file.name}`)
  })
})
