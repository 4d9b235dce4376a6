/** Grants → the statements of a boundary. Grants of the same resources and regions share one. */
import type { IamAction } from './iam-actions.ts'
import type { IamGrant } from './iam-grants.ts'

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

export interface Group {
  readonly grants: readonly IamGrant[]
  /** Prefixes of action names, by service: `s3:Get`. */
  readonly prefixes: readonly string[]
}

/** What a statement says besides its actions. */
export const scopeOf = ({ resources, region }: IamGrant): string => JSON.stringify([resources, region])
export const fullName = ({ service, name }: IamAction): string => `${service}:${name}`

const lowerNames = new WeakMap<IamAction, string>()
const lowerName = (action: IamAction): string => {
  const name = lowerNames.get(action) ?? fullName(action).toLowerCase()
  lowerNames.set(action, name)
  return name
}
/** As IAM compares: without regard to case. */
export const covers = (prefix: string, action: IamAction): boolean => lowerName(action).startsWith(prefix.toLowerCase())

/** @param prefixes patterns already taken, by scope. */
export const groupByScope = (
  grants: readonly IamGrant[],
  prefixes: ReadonlyMap<string, readonly string[]> = new Map(),
): readonly Group[] => {
  const groups = new Map<string, IamGrant[]>()
  for (const grant of grants) {
    const scope = scopeOf(grant)
    const group = groups.get(scope)
    if (group === undefined) groups.set(scope, [grant])
    else group.push(grant)
  }
  return [...groups].map(([scope, members]) => ({ grants: members, prefixes: prefixes.get(scope) ?? [] }))
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

export const boundaryOf = (groups: readonly Group[]): Boundary => ({
  Version: '2012-10-17',
  Statement: groups.flatMap(statementOf),
})

/** Characters that AWS counts, or a few more: white space inside of strings is counted here. */
export const boundarySize = (boundary: Boundary): number => JSON.stringify(boundary).length
