/**
 * Grants → a boundary of at most 6,144 characters, as AWS counts them (without white space). Statements that say the same
 * of several actions are one. Where that is too long, actions of one statement become a pattern such as `s3:Get*`: first
 * where it adds nothing, then where everything that it adds is a read beside reads; then the least evidenced grants go,
 * and of those the ones come back that still fit, so that one long list of resources does not cost all the others.
 *
 * INVARIANT: a pattern never adds an action whose level of access is not among those that it replaces, and never adds
 * anything but reads. No resource is ever widened for size.
 */
import type { Loss } from '../model/encoder.ts'
import { actionsOf, type IamAction, type IamLevel } from './iam-actions.ts'
import type { IamGrant } from './iam-grants.ts'
import {
  type Boundary,
  boundaryOf,
  boundarySize,
  covers,
  fullName,
  type Group,
  groupByScope,
  scopeOf,
} from './iam-statements.ts'

export const BOUNDARY_LIMIT = 6_144

interface Shrinking {
  readonly scope: string
  readonly prefix: string
  readonly saved: number
  /** How many actions the pattern allows and the grants do not. */
  readonly added: number
}

/** `GetBucket` and `Get` of `GetBucketAcl`: whole words only, so that a pattern can be read. */
const wordPrefixes = ({ service, name }: IamAction): readonly string[] =>
  [...name.matchAll(/(?<=[a-z0-9])(?=[A-Z])/g)].map(({ index }) => `${service}:${name.slice(0, index)}`)

const READS: readonly IamLevel[] = ['L', 'R']

/** Actions that the pattern allows and the grants do not. */
const addedBy = (group: Group, prefix: string): readonly IamAction[] => {
  const known = new Set(group.grants.map(({ action }) => fullName(action)))
  const service = prefix.slice(0, prefix.indexOf(':'))
  return actionsOf(service).filter(action => covers(prefix, action) && !known.has(fullName(action)))
}

const shrinkingOf = (group: Group, scope: string, prefix: string): Shrinking | null => {
  const replaced = group.grants.map(({ action }) => action).filter(action => covers(prefix, action))
  const levels = new Set(replaced.map(({ level }) => level))
  const added = addedBy(group, prefix)
  const narrow = added.every(({ level }) => READS.includes(level) && levels.has(level))
  // A pattern also matches what AWS adds later: only among reads is that a reasonable guess.
  if (replaced.length < 2 || !narrow || !replaced.every(({ level }) => READS.includes(level))) return null
  const saved = replaced.reduce((sum, action) => sum + fullName(action).length + 3, 0) - (prefix.length + 4)
  return { scope, prefix, saved, added: added.length }
}

const compare = (a: Shrinking, b: Shrinking): number =>
  Number(a.added > 0) - Number(b.added > 0) ||
  a.added / a.saved - b.added / b.saved ||
  b.saved - a.saved ||
  (a.prefix < b.prefix ? -1 : 1)

/** Every pattern that may be taken, the best first. */
const shrinkings = (groups: readonly Group[]): readonly Shrinking[] =>
  groups
    .flatMap(group => {
      const scope = group.grants.slice(0, 1).map(scopeOf).join()
      const prefixes = new Set(group.grants.flatMap(({ action }) => wordPrefixes(action)))
      return [...prefixes].flatMap(prefix => shrinkingOf(group, scope, prefix) ?? [])
    })
    .sort(compare)

const ADDED_PER_LOSS = 20

const shrinkLosses = (group: Group, prefix: string): readonly Loss[] => {
  const added = addedBy(group, prefix)
  const chunks = Array.from({ length: Math.ceil(added.length / ADDED_PER_LOSS) }, (_, index) =>
    added.slice(index * ADDED_PER_LOSS, (index + 1) * ADDED_PER_LOSS),
  )
  return chunks.map(chunk => ({
    code: 'size-widened',
    permission: null,
    dimension: null,
    widens: true,
    narrows: false,
    detail: `\`${prefix}*\` also allows ${chunk.map(action => `\`${fullName(action)}\``).join(', ')}`,
  }))
}

const leastEvidenced = (a: IamGrant, b: IamGrant): number =>
  a.evidence.witnesses - b.evidence.witnesses ||
  a.evidence.count - b.evidence.count ||
  (a.permission < b.permission ? -1 : 1)

const sizeDropped = ({ permission }: IamGrant): Loss => ({
  code: 'size-dropped',
  permission,
  dimension: null,
  widens: false,
  narrows: true,
  detail: `a boundary holds ${BOUNDARY_LIMIT} characters, and this does not fit beside what has more evidence`,
})

/** The smallest number in 0..max for which it holds, or max: it holds from some number on. */
const firstThat = (max: number, holds: (count: number) => boolean): number => {
  let [low, high] = [0, max]
  while (low < high) {
    const middle = Math.floor((low + high) / 2)
    if (holds(middle)) high = middle
    else low = middle + 1
  }
  return low
}

/** Without the patterns that a wider one of the same statement covers. */
const widest = (chosen: readonly Shrinking[]): readonly Shrinking[] =>
  chosen.filter(
    one => !chosen.some(other => other !== one && other.scope === one.scope && one.prefix.startsWith(other.prefix)),
  )

/** Patterns by scope: as few of the best as make it fit, or all. */
type Prefixes = ReadonlyMap<string, readonly string[]>

const sizeWith = (grants: readonly IamGrant[], prefixes: Prefixes): number =>
  boundarySize(boundaryOf(groupByScope(grants, prefixes)))

const shrink = (grants: readonly IamGrant[], limit: number): Prefixes => {
  if (sizeWith(grants, new Map()) <= limit) return new Map()
  const candidates = shrinkings(groupByScope(grants))
  const taking = (count: number): Prefixes => {
    const taken = new Map<string, string[]>()
    for (const { scope, prefix } of widest(candidates.slice(0, count)))
      taken.set(scope, [...(taken.get(scope) ?? []), prefix])
    return taken
  }
  return taking(firstThat(candidates.length, count => sizeWith(grants, taking(count)) <= limit))
}

export interface Fitted {
  readonly boundary: Boundary
  /** Those that were kept. */
  readonly grants: readonly IamGrant[]
  readonly losses: readonly Loss[]
}

/** The best evidenced grants that fit together, and those of the others that still fit beside them. */
const chooseGrants = (grants: readonly IamGrant[], limit: number) => {
  const ranked = [...grants].sort(leastEvidenced)
  const gone = firstThat(ranked.length, count => {
    const rest = ranked.slice(count)
    return sizeWith(rest, shrink(rest, limit)) <= limit
  })
  const kept = ranked.slice(gone)
  const prefixes = shrink(kept, limit)
  for (const grant of ranked.slice(0, gone).reverse())
    if (sizeWith([...kept, grant], prefixes) <= limit) kept.push(grant)
  return { kept: new Set(kept), prefixes }
}

export const fitBoundary = (grants: readonly IamGrant[], limit = BOUNDARY_LIMIT): Fitted => {
  const { kept, prefixes } = chooseGrants(grants, limit)
  const list = grants.filter(grant => kept.has(grant))
  const groups = groupByScope(list, prefixes)
  return {
    boundary: boundaryOf(groups),
    grants: list,
    losses: [
      ...groups.flatMap(group => group.prefixes.flatMap(prefix => shrinkLosses(group, prefix))),
      ...grants.filter(grant => !kept.has(grant)).map(sizeDropped),
    ],
  }
}
