/**
 * Grants → a boundary of at most 6,144 characters, as AWS counts them (without white space). Statements that say the same
 * of several actions are one. Where that is too long, actions of one statement become a pattern such as `s3:Get*`: first
 * where it adds nothing, then where everything that it adds is a read beside reads; then the least evidenced grants go.
 *
 * INVARIANT: a pattern never adds an action whose level of access is not among those that it replaces, and never adds
 * anything but reads. No resource is ever widened for size.
 */
import type { Loss } from '../model/encoder.ts'
import { actionsOf, type IamAction, type IamLevel } from './iam-actions.ts'
import type { IamGrant } from './iam-grants.ts'

export const BOUNDARY_LIMIT = 6_144

export interface Statement {
  readonly Effect: 'Allow'
  readonly Action: readonly string[]
  readonly Resource: readonly string[]
  readonly Condition?: Readonly<Record<string, { readonly 'aws:RequestedRegion': readonly string[] }>>
}
export interface Boundary {
  readonly Version: '2012-10-17'
  readonly Statement: readonly Statement[]
}

interface Group {
  readonly grants: readonly IamGrant[]
  /** Prefixes of action names, by service: `s3:Get`. */
  readonly prefixes: readonly string[]
}

const scopeOf = ({ resources, region }: IamGrant): string => JSON.stringify([resources, region])
const fullName = ({ service, name }: IamAction): string => `${service}:${name}`

const lowerNames = new WeakMap<IamAction, string>()
const lowerName = (action: IamAction): string => {
  const name = lowerNames.get(action) ?? fullName(action).toLowerCase()
  lowerNames.set(action, name)
  return name
}
/** As IAM compares: without regard to case. */
const covers = (prefix: string, action: IamAction): boolean => lowerName(action).startsWith(prefix.toLowerCase())

const groupByScope = (grants: readonly IamGrant[]): readonly Group[] => {
  const groups = new Map<string, IamGrant[]>()
  for (const grant of grants) {
    const scope = scopeOf(grant)
    const group = groups.get(scope)
    if (group === undefined) groups.set(scope, [grant])
    else group.push(grant)
  }
  return [...groups.values()].map(members => ({ grants: members, prefixes: [] }))
}

const statementOf = ({ grants, prefixes }: Group): readonly Statement[] => {
  const first = grants[0]
  if (first === undefined) return []
  const literal = grants.filter(({ action }) => !prefixes.some(prefix => covers(prefix, action)))
  const actions = [...literal.map(({ action }) => fullName(action)), ...prefixes.map(prefix => `${prefix}*`)]
  const { resources, region } = first
  const condition =
    region === null ? {} : { Condition: { [region.operator]: { 'aws:RequestedRegion': region.patterns } } }
  return [{ Effect: 'Allow', Action: [...new Set(actions)].sort(), Resource: resources, ...condition }]
}

const boundaryOf = (groups: readonly Group[]): Boundary => ({
  Version: '2012-10-17',
  Statement: groups.flatMap(statementOf),
})

/** Characters that AWS counts, or a few more: white space inside of strings is counted here. */
export const boundarySize = (boundary: Boundary): number => JSON.stringify(boundary).length

interface Shrinking {
  readonly group: number
  readonly prefix: string
  readonly saved: number
  /** Actions that the pattern allows and the grants do not. */
  readonly added: readonly IamAction[]
}

/** `GetBucket` and `Get` of `GetBucketAcl`: whole words only, so that a pattern can be read. */
const wordPrefixes = ({ service, name }: IamAction): readonly string[] =>
  [...name.matchAll(/(?<=[a-z0-9])(?=[A-Z])/g)].map(({ index }) => `${service}:${name.slice(0, index)}`)

const READS: readonly IamLevel[] = ['L', 'R']

const shrinkingOf = (group: Group, index: number, prefix: string): Shrinking | null => {
  const replaced = group.grants.map(({ action }) => action).filter(action => covers(prefix, action))
  const known = new Set(replaced.map(fullName))
  const levels = new Set(replaced.map(({ level }) => level))
  const service = prefix.slice(0, prefix.indexOf(':'))
  const added = actionsOf(service).filter(action => covers(prefix, action) && !known.has(fullName(action)))
  const narrow = added.every(({ level }) => READS.includes(level) && levels.has(level))
  // A pattern also matches what AWS adds later: only among reads is that a reasonable guess.
  if (replaced.length < 2 || !narrow || !replaced.every(({ level }) => READS.includes(level))) return null
  const saved = replaced.reduce((sum, action) => sum + fullName(action).length + 3, 0) - (prefix.length + 4)
  return { group: index, prefix, saved, added }
}

const compare = (a: Shrinking, b: Shrinking): number =>
  Number(a.added.length > 0) - Number(b.added.length > 0) ||
  a.added.length / a.saved - b.added.length / b.saved ||
  b.saved - a.saved ||
  (a.prefix < b.prefix ? -1 : 1)

/** Every pattern that may be taken, the best first. */
const shrinkings = (groups: readonly Group[]): readonly Shrinking[] =>
  groups
    .flatMap((group, index) =>
      [...new Set(group.grants.flatMap(({ action }) => wordPrefixes(action)))].flatMap(
        prefix => shrinkingOf(group, index, prefix) ?? [],
      ),
    )
    .sort(compare)

const ADDED_PER_LOSS = 20

const shrinkLosses = ({ prefix, added }: Shrinking): readonly Loss[] => {
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
  detail: `among the least evidenced, and a boundary holds ${BOUNDARY_LIMIT} characters`,
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
    one => !chosen.some(other => other !== one && other.group === one.group && one.prefix.startsWith(other.prefix)),
  )

interface Shrunk {
  readonly boundary: Boundary
  readonly losses: readonly Loss[]
}

const shrink = (grants: readonly IamGrant[], limit: number): Shrunk => {
  const groups = groupByScope(grants)
  const literal = boundaryOf(groups)
  if (boundarySize(literal) <= limit) return { boundary: literal, losses: [] }
  const candidates = shrinkings(groups)
  const taking = (count: number): Shrunk => {
    const taken = widest(candidates.slice(0, count))
    const prefixed = groups.map((group, index) => ({
      ...group,
      prefixes: taken.filter(one => one.group === index).map(({ prefix }) => prefix),
    }))
    return { boundary: boundaryOf(prefixed), losses: taken.flatMap(shrinkLosses) }
  }
  return taking(firstThat(candidates.length, count => boundarySize(taking(count).boundary) <= limit))
}

export interface Fitted {
  readonly boundary: Boundary
  /** Those that were kept. */
  readonly grants: readonly IamGrant[]
  readonly losses: readonly Loss[]
}

/** Keeps the longest tail of the grants, in ascending order of evidence, that fits. */
export const fitBoundary = (grants: readonly IamGrant[], limit = BOUNDARY_LIMIT): Fitted => {
  const ranked = [...grants].sort(leastEvidenced)
  const without = (count: number): Fitted => {
    const kept = new Set(ranked.slice(count))
    const list = grants.filter(grant => kept.has(grant))
    return { ...shrink(list, limit), grants: list }
  }
  const gone = firstThat(ranked.length, count => boundarySize(without(count).boundary) <= limit)
  const fitted = without(gone)
  return { ...fitted, losses: [...fitted.losses, ...ranked.slice(0, gone).map(sizeDropped)] }
}
