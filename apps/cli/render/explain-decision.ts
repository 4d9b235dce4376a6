/**
 * One request and its decision → the verdict, and why: what contains each value where it is allowed; where it is not, what
 * deviated and what would have been allowed; and where no permission covers the surface, what comes nearest.
 */
import type { Context } from '../../../core/model/context.ts'
import type { Nearest } from '../../../core/model/nearest.ts'
import type { DerivedPolicy, Permission } from '../../../core/model/policy.ts'
import type { ActionRequest } from '../../../core/model/request.ts'
import { type Decision, type Deviation, VERDICT_CODES, type Verdict } from '../../../core/model/verdict.ts'
import { nearest } from '../../../core/pipeline.ts'
import { contains } from '../../../core/policy/contains.ts'
import { describeConstraint } from '../../../core/policy/describe-constraint.ts'
import { namesSurface } from '../../../core/policy/surface.ts'
import { withheldText } from './explain-permission.ts'
import { count, many } from './numbers.ts'
import { CONTEXT_PARTS } from './sentences.ts'
import { shownValue } from './shown-value.ts'
import { type Palette, PLAIN, wrap } from './terminal.ts'
import { quoted, visible } from './visible.ts'

const NAME = 200
const SHOWN = 12

const COLOR: Readonly<Record<Verdict, keyof Palette>> = { allow: 'good', review: 'warn', deny: 'bad' }

/** The member of the constraint that has the value: the reason, where a union has several. */
const reasonFor = (
  permission: Permission,
  dimension: string,
  value: Deviation['observed'],
  context: Context,
): string => {
  const { allow } = permission.dimensions.find(one => one.dimension === dimension) ?? permission.others
  const members = allow.kind === 'anyOf' ? allow.of : [allow]
  return describeConstraint(members.find(member => contains(member, value, context)) ?? allow)
}

const containedText = (
  policy: DerivedPolicy,
  permission: Permission,
  request: ActionRequest,
  context: Context,
): readonly string[] =>
  request.values.map(({ dimension, value }) => {
    const { substrate, action } = request
    const shown = quoted(shownValue(policy, { substrate, action, dimension, value }), 60)
    return `  ${visible(dimension, NAME)} = ${shown}: ${visible(reasonFor(permission, dimension, value, context), NAME)}`
  })

const deviationText = ({ dimension, code, observed, allowed }: Deviation): readonly string[] => [
  `  ${visible(dimension, NAME)}${code === 'dimension-missing' ? '' : ` = ${quoted(observed, 60)}`}: ${VERDICT_CODES[code]} (${code})`,
  `    allowed: ${visible(allowed, NAME)}`,
]

const nearestText = (near: Nearest | null): readonly string[] => {
  if (near === null) return []
  const { permission, access, allowed, more } = near
  return [
    `  nearest permission: ${visible(permission, NAME)} (${access})${allowed.length === 0 ? '' : ', which allows'}`,
    ...allowed.map(one => `    ${visible(one.dimension, NAME)}: ${visible(one.allowed, NAME)}`),
    ...(more > 0 ? [`    and ${many(more, 'more dimension')}`] : []),
  ]
}

/** Why a surface without a permission got its verdict, and what there is beside it. */
const uncoveredText = (policy: DerivedPolicy, request: ActionRequest, { code }: Decision): readonly string[] => {
  const beside = policy.permissions.filter(({ substrate }) => substrate === request.substrate)
  if (code === 'withheld') {
    const entries = policy.withheld.filter(
      one => one.substrate === request.substrate && one.action === request.action && one.dimension === null,
    )
    return withheldText(policy, entries)
  }
  if (code === 'surface-review') {
    return policy.envelopes
      .filter(one => one.substrate === request.substrate && namesSurface(one, request.action))
      .map(({ statement }) => `  ${visible(statement, NAME)}`)
  }
  if (code !== 'surface-unknown') return []
  const names = beside.slice(0, SHOWN).map(({ action }) => visible(action, 60))
  const more = beside.length > names.length ? ` and ${count(beside.length - names.length)} more` : ''
  return [
    ...nearestText(nearest(policy)(request)),
    `  allowed on ${request.substrate}: ${names.length === 0 ? 'nothing' : names.join(', ')}${more}`,
  ]
}

const blindText = ({ request, fields }: Context): readonly string[] => {
  const unseen = [
    ...(request === null ? [CONTEXT_PARTS.request] : []),
    ...(fields === null ? [CONTEXT_PARTS.results] : []),
  ]
  return unseen.length === 0 ? [] : [`  judged without ${unseen.join(' and ')}`]
}

/** Several lines, each ended, at most 100 columns before color. */
export const explainDecision = (
  policy: DerivedPolicy,
  request: ActionRequest,
  context: Context,
  decision: Decision,
  palette: Palette = PLAIN,
): string => {
  const { verdict, code, deviations } = decision
  const permission = policy.permissions.find(({ id }) => id === decision.permission) ?? null
  const hidden = deviations.length - SHOWN
  const body = [
    `  ${VERDICT_CODES[code]} (${code})`,
    ...(permission === null
      ? uncoveredText(policy, request, decision)
      : [`  permission ${visible(permission.id, NAME)}`]),
    ...(permission !== null && verdict === 'allow' && request.visibility === 'seen'
      ? containedText(policy, permission, request, context)
      : []),
    ...deviations.slice(0, SHOWN).flatMap(deviationText),
    ...(hidden > 0 ? [`  and ${many(hidden, 'more deviation')}`] : []),
    ...(permission === null ? [] : blindText(context)),
    `  policy ${visible(policy.digest, 80)}`,
  ]
  const head = `${palette[COLOR[verdict]](verdict)}: ${request.substrate}/${visible(request.action, 60)}`
  return `${[head, ...body.map(line => wrap(line, '      '))].join('\n')}\n`
}
