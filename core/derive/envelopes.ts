/**
 * Surfaces that were not observed but lie beside observed ones: reading with another tool, reading more of a service that is
 * already read. Never allowed by that, at most put to a person; never across an access level.
 */
import type { ClosureMode } from '../model/decisions.ts'
import type { Permission, SurfaceEnvelope } from '../model/policy.ts'
import { READ_VERBS } from './lexicon.ts'

const toolEnvelope = (permissions: readonly Permission[]): readonly SurfaceEnvelope[] => {
  if (!permissions.some(({ substrate, access }) => substrate === 'tool' && access.value === 'read')) return []
  return [
    {
      substrate: 'tool',
      access: 'read',
      rule: 'same-access',
      firstWords: [...READ_VERBS].sort(),
      prefixes: [],
      statement: 'a tool that was not observed and whose name begins with a reading verb is put to a person',
    },
  ]
}

const IAM_READ_VERBS = ['describe', 'get', 'head', 'list']

const iamEnvelope = (permissions: readonly Permission[]): readonly SurfaceEnvelope[] => {
  const services = new Set(
    permissions.flatMap(({ substrate, access, action }) =>
      substrate === 'iam' && access.value === 'read' ? [action.slice(0, action.indexOf(':')).toLowerCase()] : [],
    ),
  )
  if (services.size === 0) return []
  return [
    {
      substrate: 'iam',
      access: 'read',
      rule: 'same-service-same-access',
      firstWords: [],
      prefixes: [...services].sort().flatMap(service => IAM_READ_VERBS.map(verb => `${service}:${verb}`)),
      statement: 'an unobserved reading action of a service that is already read is put to a person',
    },
  ]
}

export const envelopesOf = (
  permissions: readonly Permission[],
  mode: (substrate: Permission['substrate']) => ClosureMode,
): readonly SurfaceEnvelope[] => [
  ...(mode('tool') === 'structural' ? toolEnvelope(permissions) : []),
  ...(mode('iam') === 'structural' ? iamEnvelope(permissions) : []),
]
