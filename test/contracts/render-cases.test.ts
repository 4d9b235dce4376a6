/**
 * What people read, as they read it: each folder of `test/cases/render` holds a policy that was written by hand, and the
 * texts that come of it. A change of the texts is a change of these files, which someone has to look at.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import { explainPermission } from '../../apps/cli/render/explain-permission.ts'
import { ledgerText } from '../../apps/cli/render/ledger.ts'
import { renderReview } from '../../apps/cli/render/review.ts'
import { reviewJson } from '../../apps/cli/render/review-json.ts'
import { type Artifact, LOSS_CODES, type LossCode } from '../../core/model/encoder.ts'
import { REJECTIONS, type Rejection } from '../../core/model/evidence.ts'
import type { Ledger } from '../../core/model/ledger.ts'
import { policySchema } from '../../io/policy-file/policy-schema.ts'

const ROOT = fileURLToPath(new URL('../cases/render/', import.meta.url))
const CASES = readdirSync(ROOT)

const artifactsSchema: z.ZodType<readonly Artifact[]> = z.array(
  z.strictObject({
    encoder: z.string(),
    files: z.array(z.strictObject({ name: z.string(), content: z.string() })),
    losses: z.array(
      z.strictObject({
        code: z.custom<LossCode>(code => typeof code === 'string' && Object.hasOwn(LOSS_CODES, code)),
        permission: z.string().nullable(),
        dimension: z.string().nullable(),
        widens: z.boolean(),
        narrows: z.boolean(),
        detail: z.string(),
      }),
    ),
  }),
)

const ledgerSchema: z.ZodType<Ledger> = z.array(
  z.strictObject({
    source: z.string(),
    received: z.number(),
    accepted: z.number(),
    duplicate: z.number(),
    rejected: z.record(
      z.custom<Rejection>(reason => typeof reason === 'string' && Object.hasOwn(REJECTIONS, reason)),
      z.number(),
    ),
    lost: z.number().nullable(),
  }),
)

test('there are cases', () => {
  expect(CASES.length).toBeGreaterThanOrEqual(2)
})

describe.each(CASES)('%s', name => {
  const read = (file: string): unknown => parse(readFileSync(`${ROOT}${name}/${file}`, 'utf8'))
  const policy = policySchema.parse(read('policy.yaml'))
  const artifacts = artifactsSchema.parse(read('artifacts.yaml'))
  const ledger = ledgerSchema.parse(read('ledger.yaml'))

  test('review.md', async () => {
    await expect(renderReview(policy, artifacts, ledger)).toMatchFileSnapshot(`${ROOT}${name}/review.md`)
  })

  test('review.json', async () => {
    const text = `${JSON.stringify(reviewJson(policy, artifacts, ledger), null, 2)}\n`
    await expect(text).toMatchFileSnapshot(`${ROOT}${name}/review.json`)
  })

  test('explain.txt', async () => {
    const texts = policy.permissions.map(permission => explainPermission(policy, permission))
    await expect([ledgerText(ledger), ...texts].join('\n')).toMatchFileSnapshot(`${ROOT}${name}/explain.txt`)
  })

  test('the same input gives the same bytes', () => {
    const again = policySchema.parse(read('policy.yaml'))
    expect(renderReview(again, artifacts, ledger)).toBe(renderReview(policy, artifacts, ledger))
  })
})
