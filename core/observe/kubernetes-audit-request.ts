/**
 * A request to the Kubernetes API → a call of the tool substrate (docs/decisions/0012): the action is the verb and the resource
 * as RBAC writes them, `create pods/exec`, `list deployments.apps`; namespace and name are its arguments. Bodies are not read:
 * they carry secrets.
 */
import type { DimensionValue } from '../model/observation.ts'
import { at, field, isObject, text } from './json.ts'
import { beginning } from './shorten.ts'

const SERVER = 'kubernetes'

/** RBAC's words, and resources of any API group, which are labels of DNS. */
const VERB = /^[a-z][a-z-]{0,62}$/
const RESOURCE = /^[a-z0-9*][a-z0-9.-]{0,252}$/

export interface ApiCall {
  readonly action: string
  readonly values: readonly DimensionValue[]
}

/** The verb stands first, since names of actions are read from the left; `deletecollection` as the two words that it is. */
const verbOf = (event: unknown): string | null => {
  const verb = text(field(event, 'verb'))
  if (verb === null || !VERB.test(verb)) return null
  return verb === 'deletecollection' ? 'delete-collection' : verb
}

const resourceOf = (reference: unknown): string | null => {
  const [resource, group, below] = [
    text(field(reference, 'resource')),
    text(field(reference, 'apiGroup')),
    text(field(reference, 'subresource')),
  ]
  if (resource === null || ![resource, group ?? 'core', below ?? 'none'].every(part => RESOURCE.test(part))) return null
  return `${group === null ? resource : `${resource}.${group}`}${below === null ? '' : `/${below}`}`
}

/** Without its query, which can hold anything. */
const pathOf = (event: unknown): string | null =>
  /^\/[^?#\s]*/.exec(beginning(text(field(event, 'requestURI')) ?? '', 4_096))?.[0] ?? null

const argument = (name: string, value: string | null): readonly DimensionValue[] =>
  value === null ? [] : [{ dimension: `tool.args.${name}`, value }]

/** Null where verb, resource or path are not there or not readable. */
export const apiCall = (event: unknown): ApiCall | null => {
  const verb = verbOf(event)
  if (verb === null) return null
  const reference = field(event, 'objectRef')
  const common = [
    ...argument('as', text(at(event, 'impersonatedUser', 'username'))),
    { dimension: 'tool.server', value: SERVER },
  ]
  if (isObject(reference)) {
    const resource = resourceOf(reference)
    if (resource === null) return null
    const named = [
      ...argument('namespace', text(field(reference, 'namespace'))),
      ...argument('name', text(field(reference, 'name'))),
    ]
    return { action: `${verb} ${resource}`, values: [...named, ...common] }
  }
  const path = pathOf(event)
  return path === null ? null : { action: `${verb} url`, values: [...argument('path', path), ...common] }
}
