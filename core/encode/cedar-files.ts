/**
 * A derived policy → `policy.cedar` (what is allowed), `review.cedar` (what is allowed or left to a person),
 * `schema.cedarschema` and `mapping.json`. One `permit` per tool and nothing else: Cedar denies by default. A caller that
 * knows two answers asks `policy.cedar`; one that can hold a call for a person asks `review.cedar` when that says no.
 */

import type { Constraint } from '../model/constraint.ts'
import type { Loss } from '../model/encoder.ts'
import type { DerivedPolicy, Permission } from '../model/policy.ts'
import { type Workload, workloadKey } from '../model/workload.ts'
import { contextOf } from '../policy/contains.ts'
import { describeConstraint } from '../policy/describe-constraint.ts'
import { type PlannedDimension, planDimension } from './cedar-condition.ts'
import { alternativesOf } from './cedar-constraint.ts'
import { type CedarMapping, slotName } from './cedar-mapping.ts'
import { cedarString, quoted } from './cedar-text.ts'
import { CEDAR_TYPES } from './cedar-value.ts'

export interface PlannedAction {
  readonly action: string
  /** Null: seen under the threshold, so for review and nothing more. */
  readonly permission: Permission | null
  readonly dimensions: readonly PlannedDimension[]
}

const UNSEEN = 'context has unseen'
const clause = (keyword: 'when' | 'unless', condition: string): string => `${keyword} {\n  ${condition}\n}`

/** What can be said of arguments that nobody has seen: a schema has no attribute for them, so only the types of their values. */
const othersOf = (constraints: readonly (Constraint | null)[]) => {
  const alternatives = constraints.flatMap(constraint => (constraint === null ? [] : alternativesOf(constraint)))
  return {
    any: alternatives.some(({ kind }) => kind === 'any'),
    types: [...new Set(alternatives.flatMap(one => (one.kind === 'type' ? one.types : [])))].sort(),
    unsaid: alternatives.filter(({ kind }) => kind !== 'any' && kind !== 'none' && kind !== 'type'),
  }
}

const othersClauses = (constraints: readonly (Constraint | null)[]): readonly string[] => {
  const { any, types } = othersOf(constraints)
  if (any) return []
  if (types.length === 0) return [clause('unless', 'context has undeclared')]
  const list = types.map(cedarString).join(', ')
  return [clause('when', `if context has undeclared then [${list}].containsAll(context.undeclared) else true`)]
}

const clausesOf = ({ permission, dimensions }: PlannedAction, set: 'allow' | 'review'): readonly string[] => {
  if (permission === null) return []
  const conditions = dimensions.map(dimension => dimension[set]).filter(condition => condition !== null)
  const unseenOk = set === 'review' || !permission.argumentsSeen
  const { allow, review } = permission.others
  return [
    ...conditions.map(condition => clause('when', unseenOk ? `${UNSEEN} || (${condition})` : condition)),
    ...othersClauses(set === 'allow' ? [allow] : [allow, review]),
    ...(unseenOk ? [] : [clause('unless', UNSEEN)]),
  ]
}

const annotationsOf = ({ permission }: PlannedAction): readonly (readonly [string, string])[] => {
  if (permission === null) return [['ambit_withheld', 'seen under the confidence threshold: a person decides']]
  const { evidence, access } = permission
  return [
    ['ambit_access', `${access.value}, by ${access.by}`],
    ['ambit_evidence', `${evidence.count} times, ${evidence.witnesses} witnesses, ${evidence.days} days`],
    ...permission.dimensions.map(
      ({ dimension, rule, evidence: seen }, index) =>
        [`ambit_rule_${index + 1}`, `${dimension}: ${rule}, ${seen.count} times, ${seen.witnesses} witnesses`] as const,
    ),
  ]
}

const permit = (workload: Workload, planned: PlannedAction, set: 'allow' | 'review'): string =>
  [
    `@id(${cedarString(planned.permission?.id ?? `withheld/${planned.action}`)})`,
    ...annotationsOf(planned).map(([key, value]) => `@${key}(${cedarString(value)})`),
    'permit (',
    `  principal == Ambit::Workload::${cedarString(workloadKey(workload))},`,
    `  action == Ambit::Action::${cedarString(planned.action)},`,
    '  resource',
    ')',
    ...clausesOf(planned, set),
  ].join('\n')

const HEADERS = {
  allow: 'What the workload is allowed to do. Everything else is denied.',
  review: 'What the workload is allowed to do, or may do once a person agrees. Everything else is denied.',
} as const

export const policyText = (policy: DerivedPolicy, plan: readonly PlannedAction[], set: 'allow' | 'review'): string => {
  const written = set === 'allow' ? plan.filter(({ permission }) => permission !== null) : plan
  return [
    `// ${HEADERS[set]}`,
    `// Written by Ambit from the derived policy ${cedarString(policy.digest)}.`,
    '// mapping.json says how a call becomes a request. `undeclared` has the types of arguments that the schema does not',
    '// have; `unseen` is there where the arguments were not recorded.',
    ...written.map(planned => `\n${permit(policy.workload, planned, set)};`),
    '',
  ].join('\n')
}

const recordText = (dimensions: readonly PlannedDimension[], record: 'input' | 'call'): string => {
  const attributes = dimensions
    .filter(({ argument }) => argument.record === record)
    .flatMap(({ argument }) =>
      argument.slots.map(slot => {
        const type = argument.ask === 'set' ? `Set<${CEDAR_TYPES[slot]}>` : CEDAR_TYPES[slot]
        return `        ${quoted(slotName(argument, slot))}?: ${type},\n`
      }),
    )
  return attributes.length === 0 ? '{}' : `{\n${attributes.join('')}      }`
}

export const schemaText = (plan: readonly PlannedAction[]): string =>
  [
    'namespace Ambit {',
    '  entity Workload;',
    '  entity Gateway;',
    ...plan.map(({ action, dimensions }) =>
      [
        `\n  action ${cedarString(action)} appliesTo {`,
        '    principal: [Workload],',
        '    resource: [Gateway],',
        '    context: {',
        `      "input": ${recordText(dimensions, 'input')},`,
        `      "call": ${recordText(dimensions, 'call')},`,
        '      "undeclared"?: Set<String>,',
        '      "unseen"?: Bool,',
        '    },',
        '  };',
      ].join('\n'),
    ),
    '}',
    '',
  ].join('\n')

export const mappingOf = (policy: DerivedPolicy, plan: readonly PlannedAction[]): CedarMapping => ({
  format: 'ambit.cedar-mapping/v1',
  principal: { type: 'Ambit::Workload', id: workloadKey(policy.workload) },
  resource: { type: 'Ambit::Gateway', id: 'tools' },
  actions: plan.map(({ action, dimensions }) => ({ action, arguments: dimensions.map(({ argument }) => argument) })),
})

const othersLosses = ({ id, others }: Permission): readonly Loss[] => {
  const allowed = othersOf([others.allow])
  const reviewed = othersOf([others.allow, others.review])
  const unsaid = allowed.any ? [] : reviewed.any ? allowed.unsaid : reviewed.unsaid
  if (unsaid.length === 0) return []
  const contextual = unsaid.every(constraint => contextOf(constraint).length > 0)
  return [
    {
      code: contextual ? 'context-missing' : 'constraint-narrowed',
      permission: id,
      dimension: null,
      widens: false,
      narrows: true,
      detail: `of arguments that were never seen, only the types of their values can be checked: not said is ${describeConstraint({ kind: 'anyOf', of: unsaid }).replace(/[^\x20-\x7e]/g, '?')}`,
    },
  ]
}

/** One entry per tool, in the order of the policy; the surfaces under the threshold follow. */
export const planActions = (policy: DerivedPolicy): readonly PlannedAction[] => {
  const plan = new Map<string, PlannedAction>()
  for (const permission of policy.permissions) {
    const { action, substrate } = permission
    if (substrate !== 'tool' || plan.has(action)) continue
    const withheld = policy.withheld.filter(entry => entry.substrate === 'tool' && entry.action === action)
    const dimensions = permission.dimensions.map(dimension =>
      planDimension(
        permission,
        dimension,
        withheld.filter(entry => entry.dimension === dimension.dimension).map(({ value }) => value),
      ),
    )
    plan.set(action, { action, permission, dimensions })
  }
  for (const { substrate, action, dimension } of policy.withheld) {
    if (substrate === 'tool' && dimension === null && !plan.has(action))
      plan.set(action, { action, permission: null, dimensions: [] })
  }
  return [...plan.values()]
}

/** Of arguments that the schema does not have, Cedar sees no names: what is withheld of them is denied like the others. */
export const withheldLosses = (policy: DerivedPolicy): readonly Loss[] =>
  policy.permissions.flatMap(({ id, substrate, action, others }) => {
    if (substrate !== 'tool' || others.review !== null) return []
    const count = policy.withheld.filter(
      entry =>
        entry.substrate === 'tool' && entry.action === action && entry.dimension !== null && entry.value === null,
    ).length
    const detail = `${count} withheld argument${count === 1 ? ' is' : 's are'} denied there instead of reviewed`
    const loss = { code: 'review-as-deny', permission: id, dimension: null, widens: false, narrows: false } as const
    return count === 0 ? [] : [{ ...loss, detail }]
  })

export const lossesOfPlan = (plan: readonly PlannedAction[]): readonly Loss[] =>
  plan.flatMap(({ permission, dimensions }) =>
    permission === null ? [] : [...dimensions.flatMap(({ losses }) => losses), ...othersLosses(permission)],
  )
