/**
 * Surfaces that were not observed but lie beside observed ones: reading with another tool, reading more of a service that is
 * already read. Never allowed by that, at most put to a person; never across an access level.
 */
import type { Constraint } from '../model/constraint.ts'
import type { ClosureMode } from '../model/decisions.ts'
import type { Permission, SurfaceEnvelope } from '../model/policy.ts'
import { READ_VERBS, WRITE_VERBS } from './lexicon.ts'

/** Running text, or values that nothing the agent has read can have suggested. */
const OWN: Constraint = {
  kind: 'anyOf',
  of: [
    { kind: 'type', types: ['boolean', 'date', 'number', 'text'] },
    { kind: 'request' },
    { kind: 'field' },
    { kind: 'unprompted' },
  ],
}

const toolEnvelopes = (permissions: readonly Permission[]): readonly SurfaceEnvelope[] => {
  const tools = permissions.filter(({ substrate }) => substrate === 'tool')
  const reading: SurfaceEnvelope = {
    substrate: 'tool',
    access: 'read',
    rule: 'same-access',
    firstWords: [...READ_VERBS].sort(),
    prefixes: [],
    values: null,
    statement: 'a tool that was not observed and whose name begins with a reading verb is put to a person',
  }
  const writing: SurfaceEnvelope = {
    substrate: 'tool',
    access: 'write',
    rule: 'same-access, own values',
    firstWords: [...WRITE_VERBS].sort(),
    prefixes: [],
    values: OWN,
    statement:
      'a tool that was not observed, whose name begins with a writing verb and whose names, addresses and ids come from the request, from whole fields or from nothing that was read, is put to a person',
  }
  return [
    ...(tools.some(({ access }) => access.value === 'read') ? [reading] : []),
    ...(tools.some(({ access }) => access.value === 'write') ? [writing] : []),
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
      values: null,
      statement: 'an unobserved reading action of a service that is already read is put to a person',
    },
  ]
}

export const envelopesOf = (
  permissions: readonly Permission[],
  mode: (substrate: Permission['substrate']) => ClosureMode,
): readonly SurfaceEnvelope[] => [
  ...(mode('tool') !== 'literal' ? toolEnvelopes(permissions) : []),
  ...(mode('iam') !== 'literal' ? iamEnvelope(permissions) : []),
]
