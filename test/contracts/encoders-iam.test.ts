/** The encoder contract for the IAM boundary, and what its size limit may and may not do. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { actionsOf, iamAction } from '../../core/encode/iam-actions.ts'
import { iamBoundaryEncoder } from '../../core/encode/iam-boundary.ts'
import type { IamGrant } from '../../core/encode/iam-grants.ts'
import { matchesPattern, readBoundary } from '../../core/encode/iam-reader.ts'
import { BOUNDARY_LIMIT, fitBoundary } from '../../core/encode/iam-size.ts'
import { iamCatalogText } from '../../io/oracle/iam-catalog-text.ts'
import { iamGrammarOracle } from '../../io/oracle/iam-grammar.ts'
import { arbitraryPolicy } from './arbitrary-policy.ts'
import { encoderContract } from './encoder-suite.ts'

const notJson = (_: string, content: string): string | null => {
  try {
    JSON.parse(content)
    return null
  } catch (error) {
    return String(error)
  }
}

encoderContract(iamBoundaryEncoder, { malformed: notJson })

test('what is written fits the published grammar', async () => {
  let written = 0
  const check = fc.asyncProperty(arbitraryPolicy(['iam']), async policy => {
    const artifact = iamBoundaryEncoder.encode(policy)
    written += artifact.files.length
    const { problems } = await iamGrammarOracle.check(artifact, [])
    expect({ problems, artifact }).toEqual({ problems: [], artifact })
  })
  await fc.assert(check, { numRuns: 200 })
  expect(written).toBeGreaterThan(100)
})

test('the catalog of actions is the one that AWS publishes', async () => {
  await expect(await iamCatalogText()).toMatchFileSnapshot('../../core/encode/iam-catalog.ts')
})

const grant = (action: string, witnesses: number, resources: readonly string[] = ['*']): IamGrant => {
  const known = iamAction(action)
  if (known === null) throw new Error(action)
  return {
    permission: `iam/${action}`,
    evidence: {
      count: witnesses,
      witnesses,
      sessions: witnesses,
      clusters: witnesses,
      days: 1,
      firstSeen: '2026-01-01T00:00:00Z',
      lastSeen: '2026-01-01T00:00:00Z',
      sources: ['cloudtrail'],
    },
    action: known,
    resources,
    region: null,
  }
}

const READS = new Set(['L', 'R'])
const SERVICES = ['s3', 'ec2', 'iam', 'dynamodb', 'lambda', 'kms'] as const
const ALL = SERVICES.flatMap(service => actionsOf(service))

describe('the size limit', () => {
  const grants = fc
    .uniqueArray(fc.constantFrom(...ALL), { minLength: 1, maxLength: 60, size: 'max' })
    .chain(actions =>
      fc.tuple(
        ...actions.map(({ service, name }) =>
          fc
            .tuple(fc.integer({ min: 1, max: 99 }), fc.constantFrom('*', 'arn:aws:s3:::a', 'arn:aws:s3:::b'))
            .map(([witnesses, resource]) => grant(`${service}:${name}`, witnesses, [resource])),
        ),
      ),
    )

  test('a pattern adds reads beside reads, names each, and nothing else', () => {
    let widened = 0
    const check = fc.property(grants, fc.integer({ min: 200, max: 2_000 }), (list, limit) => {
      const { boundary, grants: kept, losses } = fitBoundary(list, limit)
      expect(JSON.stringify(boundary).length).toBeLessThanOrEqual(Math.max(limit, 45))
      const named = losses.filter(({ code }) => code === 'size-widened').map(({ detail }) => detail)
      for (const { Action, Resource } of boundary.Statement) {
        for (const action of ALL) {
          const full = `${action.service}:${action.name}`
          if (!Action.some(pattern => matchesPattern(pattern.toLowerCase(), full.toLowerCase()))) continue
          const known = kept.some(
            one => one.action === action && JSON.stringify(one.resources) === JSON.stringify(Resource),
          )
          if (known) continue
          widened++
          expect(READS).toContain(action.level)
          expect(named.some(detail => detail.includes(`\`${full}\``))).toBe(true)
        }
      }
    })
    fc.assert(check, { numRuns: 200 })
    expect(widened).toBeGreaterThan(100)
  })

  test('what was dropped is named, and would not fit beside the rest', () => {
    let dropped = 0
    const check = fc.property(grants, fc.integer({ min: 200, max: 2_000 }), (list, limit) => {
      const { boundary, grants: kept, losses } = fitBoundary(list, limit)
      const gone = list.filter(one => !kept.includes(one))
      dropped += gone.length
      const named = losses.filter(({ code }) => code === 'size-dropped').map(({ permission }) => permission)
      expect([...named].sort()).toEqual(gone.map(({ permission }) => permission).sort())
      for (const { action, resources } of gone) {
        const added = { Effect: 'Allow', Action: [`${action.service}:${action.name}`], Resource: resources }
        const same = boundary.Statement.find(({ Resource }) => JSON.stringify(Resource) === JSON.stringify(resources))
        const more =
          same === undefined
            ? { ...boundary, Statement: [...boundary.Statement, added] }
            : {
                ...boundary,
                Statement: boundary.Statement.map(one =>
                  one === same ? { ...one, Action: [...one.Action, ...added.Action] } : one,
                ),
              }
        expect(JSON.stringify(more).length).toBeGreaterThan(limit)
      }
    })
    fc.assert(check, { numRuns: 200 })
    expect(dropped).toBeGreaterThan(100)
  })

  test('a whole account of actions still gives a boundary of the allowed size', () => {
    const list = ALL.map(({ service, name }, index) => grant(`${service}:${name}`, 1 + (index % 97)))
    const { boundary } = fitBoundary(list)
    expect(JSON.stringify(boundary).length).toBeLessThanOrEqual(BOUNDARY_LIMIT)
    expect(JSON.stringify(boundary).length).toBeGreaterThan(BOUNDARY_LIMIT * 0.9)
    expect(readBoundary(JSON.stringify(boundary))).not.toBeNull()
  })
})

// biome-ignore-start lint/suspicious/noTemplateCurlyInString: policy variables, verbatim
test('wildcards and their escapes match as IAM documents them', () => {
  const cases: readonly (readonly [string, string, boolean])[] = [
    ['arn:aws:s3:::a*', 'arn:aws:s3:::a', true],
    ['arn:aws:s3:::a?*', 'arn:aws:s3:::a', false],
    ['arn:aws:s3:::a?*', 'arn:aws:s3:::ab/c', true],
    ['a${*}b', 'a*b', true],
    ['a${*}b', 'axb', false],
    ['a${?}', 'a?', true],
    ['a${$}{aws:username}', 'a${aws:username}', true],
    ['a${aws:username}', 'aalice', false],
    ['*a*b*', 'xxaxxabx', true],
    ['*a*b*', 'xxbxxa', false],
    ['*', '', true],
  ]
  for (const [pattern, text, expected] of cases)
    expect([pattern, text, matchesPattern(pattern, text)]).toEqual([pattern, text, expected])
})
// biome-ignore-end lint/suspicious/noTemplateCurlyInString: policy variables, verbatim
