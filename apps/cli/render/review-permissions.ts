/** What the policy allows, as one table per substrate: a row per surface, and one per dimension that it constrains. */
import type { DerivedPolicy, Permission, PermissionDimension } from '../../../core/model/policy.ts'
import { SUBSTRATES } from '../../../core/model/substrate.ts'
import { describeConstraint } from '../../../core/policy/describe-constraint.ts'
import { blocks, bullets, code, join, listed, type Markdown, md, NOTHING, prose, table } from './markdown.ts'
import { count, many, percent } from './numbers.ts'
import { allowsNothing } from './readiness.ts'
import { ACCESS_ORDER, BASES, CONTEXT_PARTS, SUBSTRATE_TITLES, SURFACE_NOUNS, VERDICTS } from './sentences.ts'
import { SESSION_PARTS, type SessionPart, split } from './session-part.ts'

/** Surfaces shown per substrate, dimensions per surface, and names in one line. */
const SURFACES = 40
const DIMENSIONS = 12
const NAMES = 120
/** A constraint's line in a table. */
const CELL = 110

const evidence = (of: Permission['evidence']): Markdown => ({
  markdown: `${count(of.count)} · ${count(of.witnesses)} · ${count(of.days)}`,
})

/** The request, a field and nothing that was read. */
const ALL_PARTS = 3

/** What is allowed by itself, then what the session adds. */
const allows = ({ allow }: PermissionDimension): Markdown => {
  const { fixed, session } = split(allow)
  if (session.length === 0) return code(describeConstraint(allow), CELL)
  const given =
    session.length === ALL_PARTS
      ? md`*session*${session.includes('usual field') ? md` (usual fields)` : NOTHING}`
      : md`*session* (${listed(session, ALL_PARTS)})`
  return fixed === null ? md`only ${given}` : md`${code(describeConstraint(fixed), CELL)} or ${given}`
}

/** Latitude is that of the rule; what the session may add is beyond it. */
const beyond = ({ allow, latitude }: PermissionDimension): Markdown => {
  const open = split(allow).session.length > 0
  if (latitude.beyond === 0) return open ? md`*session* values only` : md`nothing`
  return open ? md`${prose(latitude.statement)}, and *session* values` : prose(latitude.statement)
}

const otherwise = ({ review, absent }: PermissionDimension): string =>
  [review === null ? 'denied' : 'review', ...(absent === 'allow' ? [] : [`missing: ${absent}`])].join('; ')

const dimensionRow = (dimension: PermissionDimension): readonly Markdown[] => {
  const miss = dimension.trace.considered.find(({ rule }) => rule === dimension.rule)?.miss ?? null
  return [
    md`· ${dimension.dimension}`,
    code(dimension.rule),
    allows(dimension),
    beyond(dimension),
    prose(percent(miss)),
    prose(otherwise(dimension)),
    evidence(dimension.evidence),
  ]
}

const isFree = ({ allow, absent }: PermissionDimension): boolean => allow.kind === 'any' && absent === 'allow'

const surfaceRow = (permission: Permission): readonly Markdown[] => {
  const { action, access, argumentsSeen, dimensions, evidence: seen } = permission
  const free = dimensions.filter(isFree).map(({ dimension }) => dimension)
  const open = free.length > 0 ? md`any value in ${listed(free, DIMENSIONS)}` : NOTHING
  const what = argumentsSeen ? open : md`**any arguments: none were recorded**`
  return [
    md`**${code(action)}** ${{ markdown: access.value }}, ${{ markdown: BASES[access.by] }}`,
    free.length > 0 ? code('any') : NOTHING,
    allowsNothing(permission) ? md`**nothing yet: a value that it needs is withheld**` : what,
    free.length > 0 ? prose('every value') : NOTHING,
    NOTHING,
    NOTHING,
    evidence(seen),
  ]
}

const rowsOf = (permission: Permission): readonly (readonly Markdown[])[] => {
  const bounded = permission.dimensions.filter(dimension => !isFree(dimension))
  const hidden = bounded.length - DIMENSIONS
  const more = md`· and ${hidden} more dimensions (see \`review.json\`)`
  return [
    surfaceRow(permission),
    ...bounded.slice(0, DIMENSIONS).map(dimensionRow),
    ...(hidden > 0 ? [[more, ...Array.from({ length: HEAD.length - 1 }, () => NOTHING)]] : []),
  ]
}

const HEAD = [
  'Surface · dimension',
  'Rule',
  'Allows',
  'Beyond what was seen',
  'Next outside',
  'Otherwise',
  'Times · witnesses · days',
]

const substrateSection = (permissions: readonly Permission[]): Markdown => {
  const [first] = permissions
  if (first === undefined) return NOTHING
  const title = md`### ${{ markdown: SUBSTRATE_TITLES[first.substrate] }} (${permissions.length})`
  if (permissions.every(({ dimensions }) => dimensions.length === 0) && first.substrate !== 'tool') {
    return blocks([
      title,
      listed(
        permissions.map(({ action }) => action),
        NAMES,
      ),
    ])
  }
  const ordered = permissions.toSorted((a, b) => ACCESS_ORDER[a.access.value] - ACCESS_ORDER[b.access.value])
  const hidden = ordered.length - SURFACES
  return blocks([
    title,
    table(HEAD, ordered.slice(0, SURFACES).flatMap(rowsOf)),
    hidden > 0 ? md`And ${hidden} more (see \`review.json\`).` : NOTHING,
  ])
}

const LEGEND = md`*Next outside*: the estimated share of sessions whose value lies outside the rule, before the session is asked. *Otherwise*: what happens to a value that is not allowed.`

/** What `session` means, for the parts that this policy uses. */
const sessionLegend = (policy: DerivedPolicy): Markdown => {
  const dimensions = policy.permissions.flatMap(permission => permission.dimensions)
  const used = new Set<SessionPart>(dimensions.flatMap(({ allow }) => split(allow).session))
  const parts = (Object.keys(SESSION_PARTS) as SessionPart[]).filter(part => used.has(part)) // Keys of a literal.
  if (parts.length === 0) return NOTHING
  return md`*session*: a value is also allowed where ${join(
    parts.map(part => md`${prose(SESSION_PARTS[part])} (${part})`),
    ', or ',
  )}.`
}

export const permissionsSection = (policy: DerivedPolicy): Markdown => {
  if (policy.permissions.length === 0) return blocks([md`## Permissions`, md`None.`])
  const sections = SUBSTRATES.map(one =>
    substrateSection(policy.permissions.filter(({ substrate }) => substrate === one)),
  )
  return blocks([md`## Permissions`, LEGEND, sessionLegend(policy), ...sections])
}

/** Which permissions an enforcement point can only judge when it is told what the session has shown. */
export const contextSection = ({ permissions }: DerivedPolicy): Markdown => {
  if (permissions.length === 0) return NOTHING
  const needing = (part: 'request' | 'results'): readonly string[] =>
    permissions
      .filter(({ dimensions }) => dimensions.some(({ context }) => context.includes(part)))
      .map(({ action }) => action)
  const parts = (['request', 'results'] as const).map(part => ({ part, actions: needing(part) }))
  const used = parts.filter(({ actions }) => actions.length > 0)
  if (used.length === 0)
    return blocks([md`## Depends on context`, md`Nothing: every permission can be judged by the call alone.`])
  return blocks([
    md`## Depends on context`,
    bullets(used.map(({ part, actions }) => md`${prose(CONTEXT_PARTS[part])}: ${listed(actions, 12)}`)),
    prose(`Where an enforcement point cannot see it, what only it would allow is ${VERDICTS.review}.`),
  ])
}

/** `11 tools`, `2 network protocols and ports`. */
export const boundsInWords = ({ permissions, bounds }: DerivedPolicy): string =>
  bounds
    .map(substrate => many(permissions.filter(one => one.substrate === substrate).length, ...SURFACE_NOUNS[substrate]))
    .join(', ')
