/**
 * A derived policy → `policy.cedar` (what is allowed), `review.cedar` (what is allowed or left to a person),
 * `schema.cedarschema` and `mapping.json`. One `permit` per tool and nothing else: Cedar denies by default. A caller that
 * knows two answers asks `policy.cedar`; one that can hold a call for a person asks `review.cedar` when that says no.
 */

import type { Constraint } from '../model/constraint.ts'
import type { Loss } from '../model/encoder.ts'
import type { DerivedPolicy, Permission } from '../model/policy.ts'
import { type Workload, workloadKey } from '../model/workload.ts'
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

/** `other`: a constraint on arguments that nobody has seen, which a schema cannot say. */
const othersOf = (constraint: Constraint | null): 'all' | 'none' | 'other' => {
  const kinds = constraint === null ? [] : alternativesOf(constraint).map(({ kind }) => kind)
  if (kinds.includes('any')) return 'all'
  return kinds.every(kind => kind === 'none') ? 'none' : 'other'
}

const clausesOf = ({ permission, dimensions }: PlannedAction, set: 'allow' | 'review'): readonly string[] => {
  if (permission === null) return []
  const conditions = dimensions.map(dimension => dimension[set]).filter(condition => condition !== null)
  const unseenOk = set === 'review' || !permission.argumentsSeen
  const anyOther =
    othersOf(permission.others.allow) === 'all' || (set === 'review' && othersOf(permission.others.review) === 'all')
  return [
    ...conditions.map(condition => clause('when', unseenOk ? `${UNSEEN} || (${condition})` : condition)),
    ...(anyOther ? [] : [clause('unless', 'context has undeclared')]),
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
    '// mapping.json says how a call becomes a request. `undeclared` has the arguments that the schema does not;',
    '// `unseen` is there where the arguments were not recorded.',
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

const othersLosses = (permission: Permission): readonly Loss[] =>
  othersOf(permission.others.allow) !== 'other' && othersOf(permission.others.review) !== 'other'
    ? []
    : [
        {
          code: 'constraint-narrowed',
          permission: permission.id,
          dimension: null,
          widens: false,
          narrows: true,
          detail: 'a schema has no attribute for arguments that were never seen: a constraint on them refuses them',
        },
      ]

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

export const lossesOfPlan = (plan: readonly PlannedAction[]): readonly Loss[] =>
  plan.flatMap(({ permission, dimensions }) =>
    permission === null ? [] : [...dimensions.flatMap(({ losses }) => losses), ...othersLosses(permission)],
  )
