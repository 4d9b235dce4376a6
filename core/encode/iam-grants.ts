/**
 * IAM permissions → grants: an action with the resources and regions that a statement may hold. A boundary is an
 * allow-list, so what cannot be said is denied and noted. `Resource: "*"` is written where the policy says any, where IAM
 * knows no resources for the action, and, with a loss, for reads whose resources nobody saw; never for such a write.
 */
import type { Fidelity, Loss } from '../model/encoder.ts'
import type { DerivedPolicy, EvidenceCount, Permission, PermissionDimension } from '../model/policy.ts'
import { type IamAction, iamAction } from './iam-actions.ts'
import { IAM_CATALOG_DATE } from './iam-catalog.ts'
import { iamLiteral, type PatternNote, patternsOf, type Usable } from './iam-patterns.ts'
import { fullSecrets } from './iam-secrets.ts'

export const RESOURCE = 'iam.resource'
export const REGION = 'iam.region'

export interface RegionCondition {
  readonly operator: 'StringEquals' | 'StringLike' | 'StringEqualsIfExists' | 'StringLikeIfExists'
  readonly patterns: readonly string[]
}
export interface IamGrant {
  readonly permission: string
  readonly evidence: EvidenceCount
  readonly action: IamAction
  readonly resources: readonly string[]
  /** Null: any region. */
  readonly region: RegionCondition | null
}
export interface GrantOrLosses {
  readonly grant: IamGrant | null
  readonly losses: readonly Loss[]
}

/** Partition, service, region and account must be there, without gaps: IAM compares those segments one by one. */
const beginsArn: Usable = (head, whole) =>
  /^arn:[a-z0-9-]+:[a-z0-9-]+:[a-z0-9-]*:[a-z0-9-]*:/.test(head) || (whole && head === '*')
const isRegion: Usable = head => /^[a-z0-9-]+$/.test(head)

const lossMaker =
  (permission: Permission) =>
  (dimension: string | null, note: PatternNote): Loss => ({ ...note, permission: permission.id, dimension })

const note = (code: Loss['code'], widens: boolean, narrows: boolean, detail: string): PatternNote => ({
  code,
  widens,
  narrows,
  detail,
})

interface Part<T> {
  /** Null: the permission cannot be written. */
  readonly value: T | null
  readonly notes: readonly PatternNote[]
}

const isRead = ({ level }: IamAction): boolean => level === 'L' || level === 'R'

const everyResource = (action: IamAction, widens: boolean): Part<readonly string[]> => ({
  value: ['*'],
  notes: widens
    ? [
        note(
          'dimension-dropped',
          true,
          false,
          action.resources === 'none'
            ? 'IAM knows no resources for this action: `Resource` is `*`'
            : 'no resource can be named: `Resource` is `*`',
        ),
      ]
    : [],
})

/** An S3 action on objects never matches the ARN of their bucket, which is what evidence often names. */
const withObjects = (action: IamAction, patterns: readonly string[]): Part<readonly string[]> => {
  const buckets =
    action.resources === 'objects' ? patterns.filter(pattern => /^arn:[^:]*:s3:::[^/*]+$/.test(pattern)) : []
  return {
    value: [...new Set([...patterns, ...buckets.map(bucket => `${bucket}/*`)])].sort(),
    notes: buckets.map(bucket =>
      note(
        'constraint-widened',
        true,
        false,
        `the evidence names a bucket, the action reaches its objects: \`${bucket}/*\``,
      ),
    ),
  }
}

/** IAM compares a secret's full ARN, which evidence that names the secret often does not have. */
const withSecrets = ({ value, notes }: Part<readonly string[]>): Part<readonly string[]> => {
  const full = fullSecrets(value ?? [])
  return {
    value: value === null ? null : [...new Set([...value, ...full])].sort(),
    notes: [
      ...notes,
      ...full.map(pattern =>
        note(
          'constraint-widened',
          true,
          false,
          `the evidence names a secret without the six characters that AWS appends: \`${pattern}\``,
        ),
      ),
    ],
  }
}

/** A write whose resources nobody saw is not written for all of them. */
const needsResource = (action: IamAction, dimension: PermissionDimension | undefined): boolean =>
  dimension === undefined && !isRead(action) && action.resources !== 'none'

const sayResources = (action: IamAction, dimension: PermissionDimension | undefined): Part<readonly string[]> => {
  if (dimension === undefined) {
    return everyResource(action, true)
  }
  const said = patternsOf(dimension.allow, beginsArn)
  if (said.any) {
    const all = everyResource(action, dimension.absent !== 'allow')
    const dropped = note('dimension-dropped', dimension.absent !== 'allow', false, 'any resource: `Resource` is `*`')
    return { value: all.value, notes: [dropped] }
  }
  if (said.patterns.length === 0) return { value: null, notes: said.notes }
  if (action.resources === 'none' || said.patterns.includes(ON_NOTHING)) {
    const all = everyResource(action, true)
    return { value: all.value, notes: [...said.notes.filter(({ narrows }) => !narrows), ...all.notes] }
  }
  const written = withSecrets(withObjects(action, said.patterns))
  const unnamed =
    dimension.absent === 'allow'
      ? [note('constraint-narrowed', false, true, 'a call that names no resource is denied: `Resource` is not `*`')]
      : []
  return { value: written.value, notes: [...said.notes, ...written.notes, ...unnamed] }
}

/** A literal `*` as a resource: what evidence writes for an action on nothing in particular. */
const ON_NOTHING = iamLiteral('*')

const sayRegions = (
  dimension: PermissionDimension | undefined,
  others: Permission['others'],
): Part<RegionCondition | 'any'> => {
  if (dimension === undefined) {
    const widens = others.allow.kind !== 'any'
    return {
      value: 'any',
      notes: widens ? [note('dimension-dropped', true, false, 'no region was seen: any region is allowed')] : [],
    }
  }
  const said = patternsOf(dimension.allow, isRegion)
  if (said.any) {
    const widens = dimension.absent !== 'allow'
    return {
      value: 'any',
      notes: widens ? [note('dimension-dropped', true, false, 'a call without a region is allowed')] : [],
    }
  }
  if (said.patterns.length === 0) return { value: null, notes: said.notes }
  const comparison = said.patterns.some(pattern => /[*?]/.test(pattern)) ? 'StringLike' : 'StringEquals'
  const operator = dimension.absent === 'allow' ? (`${comparison}IfExists` as const) : comparison
  return { value: { operator, patterns: said.patterns }, notes: said.notes }
}

const isReviewed = ({ review }: PermissionDimension): boolean => review !== null && review.kind !== 'none'

const foreignDimensions = (permission: Permission): readonly string[] =>
  permission.dimensions.map(({ dimension }) => dimension).filter(name => name !== RESOURCE && name !== REGION)

const dropped = (permission: Permission, detail: string): GrantOrLosses => ({
  grant: null,
  losses: [lossMaker(permission)(null, note('permission-dropped', false, true, detail))],
})

const grantOf = (permission: Permission): GrantOrLosses => {
  const lossAt = lossMaker(permission)
  const action = iamAction(permission.action)
  if (action === null)
    return dropped(permission, `IAM has no action of this name (catalog of ${IAM_CATALOG_DATE}): nothing to allow`)
  if (foreignDimensions(permission).length > 0)
    return dropped(permission, 'depends on a dimension that no IAM condition shows')
  const dimensionOf = (name: string): PermissionDimension | undefined =>
    permission.dimensions.find(({ dimension }) => dimension === name)
  if (needsResource(action, dimensionOf(RESOURCE)))
    return dropped(permission, 'no resource was seen, and a write on `*` is not written')
  const resources = sayResources(action, dimensionOf(RESOURCE))
  const regions = sayRegions(dimensionOf(REGION), permission.others)
  const losses = [
    ...resources.notes.map(one => lossAt(RESOURCE, one)),
    ...regions.notes.map(one => lossAt(REGION, one)),
  ]
  if (resources.value === null || regions.value === null) {
    const reason = 'nothing of its resources or regions can be written'
    return { grant: null, losses: [...dropped(permission, reason).losses, ...losses.filter(({ narrows }) => narrows)] }
  }
  const review = permission.dimensions
    .filter(isReviewed)
    .map(({ dimension }) =>
      lossAt(
        dimension,
        note('review-as-deny', false, false, 'values that a person would decide about are denied there'),
      ),
    )
  return {
    grant: {
      permission: permission.id,
      evidence: permission.evidence,
      action,
      resources: resources.value,
      region: regions.value === 'any' ? null : regions.value,
    },
    losses: [...losses, ...review],
  }
}

/** One grant per action, in the order of the policy. */
export const grantsOf = (
  policy: DerivedPolicy,
): { readonly grants: readonly IamGrant[]; readonly losses: readonly Loss[] } => {
  const parts = policy.permissions.filter(({ substrate }) => substrate === 'iam').map(grantOf)
  return {
    grants: parts.flatMap(({ grant }) => (grant === null ? [] : [grant])),
    losses: parts.flatMap(({ losses }) => losses),
  }
}

/** How well the target says one dimension. */
export const expressGrant = (permission: Permission, dimension: PermissionDimension): Fidelity => {
  const { grant, losses } = grantOf({ ...permission, dimensions: [dimension] })
  const own = losses.filter(loss => loss.dimension === dimension.dimension && (loss.widens || loss.narrows))
  if (own.length === 0 && grant !== null) return 'exact'
  return grant === null ? 'inexpressible' : 'approximate'
}
