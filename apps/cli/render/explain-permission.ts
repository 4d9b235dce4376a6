/**
 * "Why is this allowed?" One permission → what was seen, which rule made which constraint of it and what the rules beside it
 * would have cost, who decided, and how long it holds. Text for a terminal.
 */
import {
  CONTINUITY_FINDINGS,
  type DerivedPolicy,
  type Permission,
  type PermissionDimension,
  type Withheld,
} from '../../../core/model/policy.ts'
import { describeConstraint } from '../../../core/policy/describe-constraint.ts'
import { placesIn } from '../../../core/policy/named-places.ts'
import { describeUsual, measureName } from '../../../core/policy/usual.ts'
import { furtherFindings } from './findings.ts'
import { count, day, many, percent, seen } from './numbers.ts'
import { BASES, CONTEXT_PARTS, ROLES, VERDICTS, WITHHELD_CLASSES } from './sentences.ts'
import { SESSION_PARTS, split } from './session-part.ts'
import { shownValue } from './shown-value.ts'
import { columns, fields, type Palette, PLAIN, wrap } from './terminal.ts'
import { usualOfPermission } from './usual.ts'
import { quoted, visible } from './visible.ts'

const NAME = 200
/** Fits a line of its own. */
const HEAD = 80
const WITHHELD = 12
const FIELDS = 6

const gateOf = ({ decisions, thresholds }: DerivedPolicy, { substrate }: Permission): string => {
  const { moreThan, witnesses, distinct, perSubstrate } = decisions.confidence
  const own = perSubstrate[substrate]
  const by = own === undefined ? (moreThan.by === witnesses.by ? moreThan.by : 'partly written') : 'written'
  const times = own?.moreThan ?? thresholds.moreThan
  return `more than ${times} times by more than ${own?.witnesses ?? thresholds.witnesses} distinct ${distinct.value} (${by})`
}

/** Who chose the rule: a person for this dimension, or the closure mode. */
const chosenBy = (
  { decisions }: DerivedPolicy,
  { action, substrate }: Permission,
  { dimension }: PermissionDimension,
): string => {
  const { dimensions, perSubstrate, mode } = decisions.closure
  const written = dimensions.some(
    one => one.closure !== null && one.dimension === dimension && (one.action === action || one.action === '*'),
  )
  if (written) return 'written for this dimension'
  const own = perSubstrate[substrate]
  return own === undefined ? `${mode.value} closure, ${mode.by}` : `${own} closure, written for ${substrate}`
}

const rulesOf = ({ rule, trace }: PermissionDimension, palette: Palette): readonly string[] => {
  const at = trace.considered.findIndex(one => one.rule === rule)
  const rows = trace.considered.map((one, index) => [
    index === at ? 'chosen' : index < at ? 'tighter' : 'wider',
    visible(one.rule, 40),
    one.miss === null ? 'not estimable' : `${percent(one.miss)} of sessions outside`,
  ])
  const [, ...lines] = columns(['', '', ''], rows)
  return lines.map((line, index) => (index === at ? palette.strong(line) : palette.faint(line)))
}

const allowed = ({ allow }: PermissionDimension): readonly string[] => {
  const { fixed, session } = split(allow)
  const own = fixed === null ? [] : [visible(describeConstraint(fixed), NAME)]
  const given = session.map(part => {
    const from =
      part === 'usual field'
        ? `: ${placesIn(allow)
            .slice(0, FIELDS)
            .map(place => quoted(place, 60))
            .join(', ')}`
        : ''
    return `${SESSION_PARTS[part]} (${part})${from}`
  })
  return [...own, ...given].map((line, index) => (index === 0 ? line : `or ${line}`))
}

const dimensionText = (
  policy: DerivedPolicy,
  permission: Permission,
  dimension: PermissionDimension,
  palette: Palette,
): readonly string[] => {
  const { trace, role, latitude, allow, review, absent, context } = dimension
  const samples = trace.samples.map(sample => quoted(sample, 48))
  const open = split(allow).session.length > 0
  const left = trace.distinct - samples.length
  return [
    `  ${palette.strong(visible(dimension.dimension, HEAD))}`,
    ...fields('    ', [
      ['is', [`${dimension.type}; ${role.value}: ${ROLES[role.value]} (${BASES[role.by]})`]],
      [
        'seen',
        [
          `${many(trace.distinct, 'value')}, ${seen(dimension.evidence)}`,
          [...samples, ...(left > 0 ? [`${count(left)} more`] : [])].join(', '),
        ],
      ],
      [
        'rule',
        [`${visible(dimension.rule, 60)} (${chosenBy(policy, permission, dimension)})`, ...rulesOf(dimension, palette)],
      ],
      ['latitude', [visible(latitude.statement, NAME), open ? 'and what the session gives' : '']],
      ['allowed', allowed(dimension)],
      [
        'else',
        allow.kind === 'any'
          ? []
          : [review === null ? VERDICTS.deny : `${VERDICTS.review}: ${visible(describeConstraint(review), NAME)}`],
      ],
      ['missing', [VERDICTS[absent]]],
      ['needs', context.length === 0 ? [] : [context.map(part => CONTEXT_PARTS[part]).join(' and ')]],
    ]),
  ]
}

/** What was seen of a surface and did not pass the gate, strongest first. */
export const withheldText = (policy: DerivedPolicy, entries: readonly Withheld[]): readonly string[] => {
  const sorted = entries.toSorted(
    (a, b) => b.evidence.witnesses - a.evidence.witnesses || b.evidence.count - a.evidence.count,
  )
  const lines = sorted.slice(0, WITHHELD).map(entry => {
    const what =
      entry.dimension === null
        ? 'the whole surface'
        : entry.value === null
          ? `${visible(entry.dimension, NAME)}, the whole dimension`
          : `${visible(entry.dimension, NAME)} = ${quoted(shownValue(policy, entry), 48)}`
    const found = furtherFindings(entry).map(code => `; ${CONTINUITY_FINDINGS[code]}`)
    return wrap(`    ${what}: ${seen(entry.evidence)}; ${WITHHELD_CLASSES[entry.class]}${found.join('')}`, '      ')
  })
  return entries.length > WITHHELD ? [...lines, `    and ${count(entries.length - WITHHELD)} more`] : lines
}

/** Several lines, each ended, at most 100 columns before color. */
export const explainPermission = (policy: DerivedPolicy, permission: Permission, palette: Palette = PLAIN): string => {
  const { evidence, access, others, id } = permission
  const withheld = policy.withheld.filter(
    ({ substrate, action }) => substrate === permission.substrate && action === permission.action,
  )
  const unusual = usualOfPermission(policy, permission)
  const rest = [
    `${VERDICTS.allow}: ${visible(describeConstraint(others.allow), NAME)}`,
    `else ${others.review === null ? VERDICTS.deny : `${VERDICTS.review}: ${visible(describeConstraint(others.review), NAME)}`}`,
  ]
  const lines = [
    palette.strong(visible(id, HEAD)),
    ...fields('  ', [
      ['access', [`${access.value} (${BASES[access.by]})`]],
      ['because', [`it was seen ${seen(evidence)}; the gate asks for ${gateOf(policy, permission)}`]],
      ['when', [`first ${day(evidence.firstSeen)}, last ${day(evidence.lastSeen)}`]],
      ['seen by', [evidence.sources.map(source => visible(source, 40)).join(', ')]],
      [
        'arguments',
        permission.argumentsSeen ? [] : ['none were recorded: any are allowed, and only the surface is bounded'],
      ],
      ['policy', [visible(policy.digest, 80), `expires ${day(policy.validity.notAfter)}`]],
    ]),
    ...permission.dimensions.flatMap(dimension => ['', ...dimensionText(policy, permission, dimension, palette)]),
    '',
    `  ${palette.strong('any other dimension')}`,
    ...rest.map(line => wrap(`    ${line}`, '    ')),
    ...(unusual.length === 0
      ? []
      : [
          '',
          `  ${palette.strong('usual')}: beyond, ${VERDICTS.review}`,
          ...unusual.map(bound =>
            wrap(`    ${visible(measureName(bound), NAME)}: ${visible(describeUsual(bound), NAME)}`, '      '),
          ),
        ]),
    ...(withheld.length === 0
      ? []
      : ['', `  ${palette.strong('withheld')}: ${VERDICTS.review}`, ...withheldText(policy, withheld)]),
  ]
  return `${lines.join('\n')}\n`
}
