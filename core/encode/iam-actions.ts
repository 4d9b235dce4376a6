/** What IAM itself knows of an action: its level of access, and what its `Resource` can name. */
import { IAM_CATALOG_TEXT } from './iam-catalog.ts'

/** List, read, write, tagging, permissions management. */
export type IamLevel = 'L' | 'R' | 'W' | 'T' | 'P'
const LEVELS: readonly IamLevel[] = ['L', 'R', 'W', 'T', 'P']

export interface IamAction {
  readonly service: string
  /** As AWS spells it: IAM compares without regard to case. */
  readonly name: string
  readonly level: IamLevel
  /** `none`: only `*` matches. `objects`: S3 objects, not their bucket. */
  readonly resources: 'some' | 'none' | 'objects'
}

const MARKS: Readonly<Record<string, IamAction['resources']>> = { '*': 'none', '/': 'objects' }

const parseNames = (service: string, level: IamLevel, names: string): readonly IamAction[] =>
  names.split(' ').map(marked => {
    const resources = MARKS[marked.slice(-1)] ?? 'some'
    return { service, name: resources === 'some' ? marked : marked.slice(0, -1), level, resources }
  })

const parseService = (service: string, groups: string): readonly IamAction[] =>
  groups.split(';').flatMap(group => {
    const level = LEVELS.find(one => group.startsWith(`${one}:`))
    return level === undefined ? [] : parseNames(service, level, group.slice(2))
  })

const lineOf = (service: string): string | null => {
  const from = IAM_CATALOG_TEXT.startsWith(`${service} `) ? 0 : IAM_CATALOG_TEXT.indexOf(`\n${service} `) + 1
  if (from === 0 && !IAM_CATALOG_TEXT.startsWith(`${service} `)) return null
  return IAM_CATALOG_TEXT.slice(from + service.length + 1, IAM_CATALOG_TEXT.indexOf('\n', from))
}

const services = new Map<string, readonly IamAction[]>()

/** Every action of a service; empty where IAM does not know it. */
export const actionsOf = (service: string): readonly IamAction[] => {
  const key = service.toLowerCase()
  const known = services.get(key)
  if (known !== undefined) return known
  const line = /^[a-z0-9-]+$/.test(key) ? lineOf(key) : null
  const actions = line === null ? [] : parseService(key, line)
  if (line !== null) services.set(key, actions)
  return actions
}

/** Null where IAM has no such action: an event is not always named like the permission that it needed. */
export const iamAction = (action: string): IamAction | null => {
  const colon = action.indexOf(':')
  const name = action.slice(colon + 1).toLowerCase()
  return actionsOf(action.slice(0, Math.max(colon, 0))).find(known => known.name.toLowerCase() === name) ?? null
}
