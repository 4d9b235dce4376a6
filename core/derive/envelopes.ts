/**
 * Surfaces that were not observed but lie beside observed ones: reading with another tool, reading more of a service that is
 * already read. Never allowed by that, at most put to a person; never across an access level.
 */
import type { Constraint } from '../model/constraint.ts'
import type { Access, ClosureMode, Decisions } from '../model/decisions.ts'
import type { Permission, SurfaceEnvelope } from '../model/policy.ts'
import { READ_VERBS, WRITE_VERBS } from './lexicon.ts'
import { withoutFields } from './usual-fields.ts'

/** As much of a permission as envelopes follow from. */
type Named = Pick<Permission, 'substrate' | 'action' | 'access'>

/** A tool of which more is known than its name: its own declaration, or a person’s word. */
export interface KnownTool {
  readonly action: string
  readonly access: Access
}

const RANK: Readonly<Record<Access, number>> = { read: 0, write: 1, destructive: 2 }

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

/** What names something must come from the session: running text and plain numbers alone explain no call. */
const NAMED: Constraint = { kind: 'anyOf', of: [{ kind: 'request' }, { kind: 'field' }, { kind: 'unprompted' }] }

const explainedBy = (
  decisions: Decisions,
  access: Access,
  known: readonly KnownTool[],
): SurfaceEnvelope['explained'] =>
  decisions.closure.unobserved.value === 'review'
    ? null
    : {
        every: withoutFields(OWN, decisions),
        some: access === 'read' ? null : withoutFields(NAMED, decisions),
        except: known.flatMap(tool => (RANK[tool.access] > RANK[access] ? [tool.action] : [])).sort(),
      }

const EXPLAINED = ', and allowed where the session explains every value of the call'

const toolEnvelopes = (
  permissions: readonly Named[],
  decisions: Decisions,
  known: readonly KnownTool[],
): readonly SurfaceEnvelope[] => {
  const ending = decisions.closure.unobserved.value === 'review' ? '' : EXPLAINED
  const tools = permissions.filter(({ substrate }) => substrate === 'tool')
  const reading: SurfaceEnvelope = {
    substrate: 'tool',
    access: 'read',
    rule: 'same-access',
    firstWords: [...READ_VERBS].sort(),
    prefixes: [],
    values: null,
    explained: explainedBy(decisions, 'read', known),
    statement: `a tool that was not observed and whose name begins with a reading verb is put to a person${ending}`,
  }
  const writing: SurfaceEnvelope = {
    substrate: 'tool',
    access: 'write',
    rule: 'same-access, own values',
    firstWords: [...WRITE_VERBS].sort(),
    prefixes: [],
    values: OWN,
    explained: explainedBy(decisions, 'write', known),
    statement: `a tool that was not observed, whose name begins with a writing verb and whose names, addresses and ids come from the request, from whole fields or from nothing that was read, is put to a person${ending}`,
  }
  return [
    ...(tools.some(({ access }) => access.value === 'read') ? [reading] : []),
    ...(tools.some(({ access }) => access.value === 'write') ? [writing] : []),
  ]
}

const IAM_READ_VERBS = ['describe', 'get', 'head', 'list']

const iamEnvelope = (permissions: readonly Named[]): readonly SurfaceEnvelope[] => {
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
      explained: null,
      statement: 'an unobserved reading action of a service that is already read is put to a person',
    },
  ]
}

export const envelopesOf = (
  permissions: readonly Named[],
  mode: (substrate: Permission['substrate']) => ClosureMode,
  decisions: Decisions,
  known: readonly KnownTool[],
): readonly SurfaceEnvelope[] => [
  ...(mode('tool') !== 'literal' ? toolEnvelopes(permissions, decisions, known) : []),
  ...(mode('iam') !== 'literal' ? iamEnvelope(permissions) : []),
]
