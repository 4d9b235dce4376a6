/** What is not in the policy and what is lost on the way out: withheld behaviors, unobserved surfaces, losses, blind spots. */
import { canonicalJson } from '../../../core/model/canonical.ts'
import { type Artifact, LOSS_CODES, type Loss } from '../../../core/model/encoder.ts'
import {
  CONTINUITY_CODES,
  CONTINUITY_FINDINGS,
  type DerivedPolicy,
  type Permission,
  type Withheld,
  type WithheldClass,
} from '../../../core/model/policy.ts'
import { describeConstraint } from '../../../core/policy/describe-constraint.ts'
import { furtherFindings } from './findings.ts'
import { blocks, bullets, code, join, listed, type Markdown, md, NOTHING, prose, table } from './markdown.ts'
import { count, day, many } from './numbers.ts'
import { WITHHELD_CLASSES } from './sentences.ts'
import { split } from './session-part.ts'
import { shownValue } from './shown-value.ts'
import { unbounded } from './to-decide.ts'

const WITHHELD = 15
const LOSS_NAMES = 5
const LOSSES = 12

const classes = Object.keys(WITHHELD_CLASSES) as WithheldClass[] // The keys of a literal are exactly its classes.

const byStrength = (a: Withheld, b: Withheld): number =>
  b.evidence.witnesses - a.evidence.witnesses || b.evidence.count - a.evidence.count

/** How many of what: `2 surfaces`, `1 dimension`, `7 values`. */
export const withheldParts = (entries: readonly Withheld[]): readonly string[] => {
  const surfaces = entries.filter(({ dimension }) => dimension === null).length
  const dimensions = entries.filter(({ dimension, value }) => dimension !== null && value === null).length
  const values = entries.length - surfaces - dimensions
  return [
    ...(surfaces > 0 ? [many(surfaces, 'surface')] : []),
    ...(dimensions > 0 ? [many(dimensions, 'dimension')] : []),
    ...(values > 0 ? [many(values, 'value')] : []),
  ]
}

/** The findings of the table, once in words. */
const legend = (shown: readonly Withheld[]): Markdown => {
  const codes = CONTINUITY_CODES.filter(code => shown.some(entry => furtherFindings(entry).includes(code)))
  return codes.length === 0
    ? NOTHING
    : bullets(codes.map(code => md`${{ markdown: code }}: ${prose(CONTINUITY_FINDINGS[code])}`))
}

const withheldTable = (policy: DerivedPolicy): Markdown => {
  const shown = policy.withheld.toSorted(byStrength).slice(0, WITHHELD)
  const hidden = policy.withheld.length - shown.length
  const rows = shown.map(entry => [
    entry.dimension === null ? code(entry.action) : join([code(entry.action), code(entry.dimension)], ' · '),
    entry.dimension === null
      ? md`*the whole surface*`
      : entry.value === null
        ? md`*the whole dimension*`
        : code(shownValue(policy, entry), 60),
    { markdown: entry.class },
    {
      markdown: [entry.evidence.count, entry.evidence.witnesses, entry.evidence.clusters, entry.evidence.days]
        .map(count)
        .join(' · '),
    },
    prose(furtherFindings(entry).join(', ')),
    { markdown: day(entry.evidence.lastSeen) },
  ])
  return blocks([
    table(['Behavior', 'Value', 'Class', 'Times · witnesses · kinds · days', 'Found', 'Last seen'], rows),
    legend(shown),
    hidden > 0 ? md`And ${hidden} more (see \`review.json\`).` : NOTHING,
  ])
}

export const withheldSection = (policy: DerivedPolicy): Markdown => {
  const title = md`## Withheld: seen, but under the threshold`
  if (policy.withheld.length === 0) return blocks([title, md`Nothing.`])
  const lines = classes.flatMap(one => {
    const entries = policy.withheld.filter(entry => entry.class === one)
    const parts = withheldParts(entries)
    return entries.length === 0
      ? []
      : [md`**${{ markdown: one }}** (${prose(WITHHELD_CLASSES[one])}): ${prose(parts.join(', '))}`]
  })
  return blocks([
    title,
    md`Not allowed. A person is asked when one of these comes again, and it stays watched after enforcement.`,
    bullets(lines),
    withheldTable(policy),
  ])
}

/** What becomes of dimensions that a permission does not list, grouped: most permissions say the same. */
const unlisted = ({ permissions }: DerivedPolicy): readonly Markdown[] => {
  const groups = new Map<string, Permission[]>()
  for (const permission of permissions.filter(({ substrate }) => substrate === 'tool')) {
    const key = canonicalJson(permission.others)
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [permission])
    else group.push(permission)
  }
  return [...groups.values()].flatMap(group =>
    group.slice(0, 1).map(({ others }) => {
      const { fixed, session } = split(others.allow)
      const parts = [
        ...(fixed === null ? [] : [code(describeConstraint(fixed), 120)]),
        ...session.map(one => code(one)),
      ]
      const allowed = others.allow.kind === 'none' ? NOTHING : md`${join(parts, ' or ')} allowed, else `
      const accesses = [...new Set(group.map(({ access }) => access.value))].sort()
      return md`An argument that a tool was never seen with (${prose(many(group.length, 'tool'))}, ${prose(accesses.join(' or '))}): ${allowed}**${{ markdown: others.review === null ? 'denied' : 'review' }}**.`
    }),
  )
}

export const unobservedSection = (policy: DerivedPolicy): Markdown => {
  const open = unbounded(policy)
  return blocks([
    md`## Never observed`,
    bullets([
      ...(policy.bounds.length > 0
        ? [md`On ${listed(policy.bounds, 9)}: what no permission names is **denied**.`]
        : []),
      ...policy.envelopes.map(({ substrate, statement }) => md`Except, on ${substrate}: ${prose(statement)}.`),
      ...unlisted(policy),
      ...(open.length > 0
        ? [
            md`Not bounded, for want of evidence: ${listed(open, 9)}. No artifact is written for them; a call there is for a person to decide.`,
          ]
        : []),
    ]),
  ])
}

const lossLines = (losses: readonly Loss[]): readonly Markdown[] => {
  const groups = new Map<string, Loss[]>()
  for (const loss of losses) {
    const key = JSON.stringify([loss.code, loss.widens, loss.narrows, loss.detail])
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [loss])
    else group.push(loss)
  }
  const rank = ({ widens, narrows }: Loss): number => (widens ? 0 : narrows ? 1 : 2)
  const sorted = [...groups.values()]
    .flatMap(group => group.slice(0, 1).map(first => ({ first, group })))
    .sort((a, b) => rank(a.first) - rank(b.first) || b.group.length - a.group.length)
  const lines = sorted.slice(0, LOSSES).map(({ first, group }) => {
    const effect = first.widens ? md`**allows more**: ` : first.narrows ? md`**denies more**: ` : NOTHING
    const places = [
      ...new Set(
        group.flatMap(({ permission, dimension }) => [[permission, dimension].filter(one => one !== null).join(' ')]),
      ),
    ].filter(place => place !== '')
    const where = places.length > 0 ? md` (${listed(places, LOSS_NAMES)})` : NOTHING
    return md`${effect}${prose(LOSS_CODES[first.code])}${where}: ${prose(first.detail)}`
  })
  const hidden = sorted.length - lines.length
  return hidden > 0 ? [...lines, md`and ${hidden} more kinds (see \`review.json\`)`] : lines
}

export const lossesSection = (artifacts: readonly Artifact[]): Markdown => {
  const written = artifacts.filter(({ files }) => files.length > 0)
  const unwritten = artifacts.filter(({ files }) => files.length === 0)
  return blocks([
    md`## Artifacts and what each cannot say`,
    ...written.flatMap(({ encoder, files, losses }) => [
      md`### ${encoder}: ${listed(
        files.map(({ name }) => name),
        6,
      )}`,
      losses.length === 0 ? md`Says exactly what the policy says.` : bullets(lossLines(losses)),
    ]),
    artifacts.length === 0 ? md`None written.` : NOTHING,
    unwritten.length === 0 ? NOTHING : md`### Not written`,
    bullets(
      unwritten.map(
        ({ encoder, losses }) =>
          md`${encoder}: ${prose(losses.map(({ detail }) => detail).join('; ') || 'nothing to enforce')}`,
      ),
    ),
  ])
}

export const blindSection = ({ blindTo }: DerivedPolicy): Markdown =>
  blocks([
    md`## Blind spots`,
    blindTo.length === 0
      ? md`The sources state none.`
      : bullets(blindTo.map(({ source, statement }) => md`${source}: ${prose(statement)}`)),
  ])
