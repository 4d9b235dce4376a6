/** What the policy allows, as one table per substrate: a row per surface, and one per dimension that it constrains. */
import type { DerivedPolicy, Permission, PermissionDimension } from '../../../core/model/policy.ts'
import { SUBSTRATES } from '../../../core/model/substrate.ts'
import { describeConstraint } from '../../../core/policy/describe-constraint.ts'
import { blocks, bullets, code, join, listed, type Markdown, md, NOTHING, prose, table } from './markdown.ts'
import { count, many, percent } from './numbers.ts'
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

/** What is allowed by itself, then what the session adds. */
const allows = ({ allow }: PermissionDimension): Markdown => {
  const { fixed, session } = split(allow)
  if (session.length === 0) return code(describeConstraint(allow), CELL)
  const given = md`from the session (${listed(session, 3)})`
  return fixed === null ? md`only ${given}` : md`${code(describeConstraint(fixed), CELL)}, or ${given}`
}

const otherwise = ({ review, absent }: PermissionDimension): string =>
  [review === null ? 'denied' : 'review', ...(absent === 'allow' ? [] : [`missing: ${absent}`])].join('; ')

const dimensionRow = (dimension: PermissionDimension): readonly Markdown[] => {
  const miss = dimension.trace.considered.find(({ rule }) => rule === dimension.rule)?.miss ?? null
  return [
    md`· ${dimension.dimension}`,
    code(dimension.rule),
    allows(dimension),
    prose(dimension.latitude.statement),
    prose(percent(miss)),
    prose(otherwise(dimension)),
    evidence(dimension.evidence),
  ]
}

const surfaceRow = ({ action, access, argumentsSeen, evidence: seen }: Permission): readonly Markdown[] => [
  md`**${code(action)}**`,
  prose(`${access.value}, ${BASES[access.by]}`),
  argumentsSeen ? NOTHING : md`**any arguments: none were recorded**`,
  NOTHING,
  NOTHING,
  NOTHING,
  evidence(seen),
]

const isFree = ({ allow, absent }: PermissionDimension): boolean => allow.kind === 'any' && absent === 'allow'

const freeRow = (dimensions: readonly PermissionDimension[]): readonly Markdown[] => [
  md`· ${listed(
    dimensions.map(({ dimension }) => dimension),
    DIMENSIONS,
  )}`,
  code('any'),
  prose('any value'),
  prose('every value'),
  prose(percent(0)),
  NOTHING,
  NOTHING,
]

const rowsOf = (permission: Permission): readonly (readonly Markdown[])[] => {
  const free = permission.dimensions.filter(isFree)
  const bounded = permission.dimensions.filter(dimension => !isFree(dimension))
  const hidden = bounded.length - DIMENSIONS
  const more = md`· and ${hidden} more dimensions (see \`review.json\`)`
  return [
    surfaceRow(permission),
    ...bounded.slice(0, DIMENSIONS).map(dimensionRow),
    ...(hidden > 0 ? [[more, ...Array.from({ length: 6 }, () => NOTHING)]] : []),
    ...(free.length > 0 ? [freeRow(free)] : []),
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

const LEGEND = prose(
  'Next outside: the estimated share of sessions whose value lies outside the rule alone. Otherwise: what happens to such a value.',
)

/** What `from the session` means, for the parts that this policy uses. */
const sessionLegend = (policy: DerivedPolicy): Markdown => {
  const dimensions = policy.permissions.flatMap(permission => permission.dimensions)
  const used = new Set<SessionPart>(dimensions.flatMap(({ allow }) => split(allow).session))
  const parts = (Object.keys(SESSION_PARTS) as SessionPart[]).filter(part => used.has(part)) // Keys of a literal.
  if (parts.length === 0) return NOTHING
  return md`From the session: ${join(
    parts.map(part => md`${part}: ${prose(SESSION_PARTS[part])}`),
    '; ',
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
