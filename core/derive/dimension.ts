/** One dimension of a surface: values → rule → constraint, with every step kept for the person who asks. */
import type { ClosureRule } from '../model/closure-rule.ts'
import type { Constraint } from '../model/constraint.ts'
import type { Access, ClosureMode, Decisions, Role } from '../model/decisions.ts'
import type { PermissionDimension, Withheld } from '../model/policy.ts'
import type { DimensionProfile, Profile, SurfaceProfile, ValueProfile } from '../model/profile.ts'
import { type Scalar, scalarKey } from '../model/scalar.ts'
import type { ToolDeclaration } from '../model/tool-declaration.ts'
import type { Verdict } from '../model/verdict.ts'
import { contains, contextOf } from '../policy/contains.ts'
import { SECRET_MASK } from '../policy/evaluate.ts'
import { inferType } from '../policy/infer-type.ts'
import { NO_CONTEXT } from '../policy/step.ts'
import { type Candidate, type Chosen, chooseRule, type Excused, type WeighedValue } from './choose-rule.ts'
import { dimensionType } from './dimension-type.ts'
import { countOf } from './evidence-count.ts'
import type { Gate } from './gate.ts'
import { opennessOf } from './openness.ts'
import { originOf, placeOf } from './origin.ts'
import { type Plan, planFor, unlistedPlan } from './plan.ts'
import { roleOf } from './roles.ts'
import { isOnlySuggested, trustedSightings } from './trusted.ts'
import { contextAround, isFrom } from './usual-fields.ts'
import { classify } from './withheld.ts'
import type { Clusters } from './witnesses.ts'

export interface Surroundings {
  readonly profile: Profile
  readonly decisions: Decisions
  readonly rules: readonly ClosureRule[]
  /** By what users asked for: behavior must not say what agrees, nor how often it is missed. */
  readonly clusters: Clusters
  /** Witnesses per cluster. */
  readonly sizes: ReadonlyMap<string, number>
  readonly gate: Gate
}

export interface DerivedDimension {
  /** Null: too few showed the dimension at all, so the permission does not list it. */
  readonly dimension: PermissionDimension | null
  readonly withheld: readonly Withheld[]
}

const SAMPLES = 5
const SAMPLE_LENGTH = 200
/** Under this miss an unseen value is so rare that it is denied rather than asked about … */
const RARE = 0.02
/** … with 95 % confidence: nothing seen in n tries still leaves a chance of 3/n (the rule of three). */
const RULE_OF_THREE = 3

const byWitnesses = (a: ValueProfile, b: ValueProfile): number =>
  b.witnesses.size - a.witnesses.size || (scalarKey(a.value) < scalarKey(b.value) ? -1 : 1)

const sample = (value: Scalar): Scalar =>
  typeof value === 'string' && value.length > SAMPLE_LENGTH ? `${value.slice(0, SAMPLE_LENGTH)}…` : value

const parseRule = (text: string): { readonly id: string; readonly parameter: number | null } => {
  const match = /^([a-z]+)(?:\((\d{1,4})\))?$/.exec(text)
  return { id: match?.[1] ?? text, parameter: match?.[2] === undefined ? null : Number(match[2]) }
}

const candidatesOf = (names: readonly string[], rules: readonly ClosureRule[]): readonly Candidate[] =>
  names.flatMap(name => {
    const { id, parameter } = parseRule(name)
    const rule = rules.find(entry => entry.id === id)
    if (rule === undefined) return []
    return parameter === null ? rule.parameters.map(each => ({ rule, parameter: each })) : [{ rule, parameter }]
  })

/** By surface: how many witnesses never left a dimension out. Counted once, for a surface can have many dimensions. */
const counted = new WeakMap<SurfaceProfile['always'], ReadonlyMap<string, number>>()

const alwaysBy = (always: SurfaceProfile['always']): ReadonlyMap<string, number> => {
  const known = counted.get(always)
  if (known !== undefined) return known
  const counts = new Map<string, number>()
  for (const names of always.values()) for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1)
  counted.set(always, counts)
  return counts
}

/** How many witnesses used the surface without the dimension, as far as their arguments were seen. */
const witnessesWithout = ({ always }: SurfaceProfile, { dimension }: DimensionProfile): number =>
  always.size - (alwaysBy(always).get(dimension) ?? 0)

const absentVerdict = (missing: Verdict, without: number, gate: Gate): Verdict => {
  if (missing === 'allow' || without > gate.witnesses) return 'allow'
  return without > 0 ? 'review' : missing
}

const combine = (base: Constraint, context: readonly Constraint[]): Constraint => {
  if (base.kind === 'any' || context.length === 0) return base
  return { kind: 'anyOf', of: base.kind === 'none' ? context : [base, ...context] }
}

/** Where an injection would have to name what it wants: there a sighting counts only if the session explains it. */
const isGuarded = ({ substrate }: SurfaceProfile, access: Access, role: Role, { context }: Plan): boolean =>
  context.length > 0 ||
  (substrate === 'tool' && (role === 'sink' || (access !== 'read' && (role === 'amount' || role === 'selector'))))

const weigh = (entry: ValueProfile, guarded: boolean, plan: Plan, around: Surroundings): WeighedValue => {
  const mayBeOwn = plan.context.some(({ kind }) => kind === 'unprompted')
  const { profile, clusters, sizes, decisions } = around
  const { quorum } = decisions.confidence
  const trusted = guarded ? trustedSightings(entry, profile, clusters, sizes, quorum.value, mayBeOwn) : entry.witnesses
  return { ...entry, trusted }
}

/** Addresses and names are closed apart from each other: no rule fits both. */
const choose = (
  entries: readonly WeighedValue[],
  plan: Plan,
  context: readonly Constraint[],
  around: Surroundings,
): Chosen => {
  const { profile, rules, gate, clusters, decisions } = around
  const budget = decisions.closure.missBudget.value
  const bySession = context.length > 0
  const fields = context.find(({ kind }) => kind === 'field')
  const excused: Excused = (value, witness, at) => {
    if (!bySession) return false
    const shown = profile.witnesses.get(witness)
    const origin = originOf(value, shown, at)
    return origin === 'request' || origin === 'own' || (origin === 'field' && isFrom(fields, placeOf(value, shown)))
  }
  const addresses = entries.filter(({ value }) => inferType(value) === 'ip')
  if (addresses.length === 0 || addresses.length === entries.length || !plan.rules.includes('domain')) {
    return chooseRule(entries, candidatesOf(plan.rules, rules), gate, clusters, budget, excused)
  }
  const names = entries.filter(({ value }) => inferType(value) !== 'ip')
  const named = chooseRule(names, candidatesOf(plan.rules, rules), gate, clusters, budget, excused)
  const numbered = chooseRule(addresses, candidatesOf(['exact', 'cidr'], rules), gate, clusters, budget, excused)
  if (named.constraint.kind === 'none') return numbered
  if (numbered.constraint.kind === 'none') return named
  return {
    name: `${named.name} | ${numbered.name}`,
    constraint: { kind: 'anyOf', of: [named.constraint, numbered.constraint] },
    latitude: {
      statement: `names: ${named.latitude.statement}; addresses: ${numbered.latitude.statement}`,
      beyond: null,
    },
    miss: named.miss === null || numbered.miss === null ? null : Math.max(named.miss, numbered.miss),
    considered: [...named.considered, ...numbered.considered],
  }
}

/**
 * A dimension that did not pass the gate itself is judged like one that nobody has shown: rules that need no gate would
 * open it for whoever showed it once.
 */
const UNESTABLISHED: Chosen = {
  name: 'none',
  constraint: { kind: 'none' },
  latitude: { statement: 'none: the dimension did not pass the confidence threshold', beyond: 0 },
  miss: null,
  considered: [],
}

const NEVER: Chosen = {
  name: 'none',
  constraint: { kind: 'none' },
  latitude: { statement: 'none: secrets are never stored, so no observed one is allowed', beyond: 0 },
  miss: null,
  considered: [],
}

export const deriveDimension = (
  surface: SurfaceProfile,
  observed: DimensionProfile,
  access: Access,
  mode: ClosureMode,
  tools: readonly ToolDeclaration[],
  around: Surroundings,
): DerivedDimension => {
  const { profile, decisions, gate } = around
  const all = [...observed.values.values()].sort(byWitnesses)
  const type = dimensionType(all)
  const declarations = tools.flatMap(tool => tool.parameters.filter(entry => entry.dimension === observed.dimension))
  const role = roleOf(surface.action, observed.dimension, type, declarations, decisions)
  const isSecret = role.value === 'secret'
  const written = decisions.closure.dimensions.find(
    entry =>
      entry.closure !== null &&
      entry.dimension === observed.dimension &&
      (entry.action === surface.action || entry.action === '*'),
  )
  const planned = planFor(mode, surface.substrate, access, observed.dimension, role.value, type)
  const plan: Plan =
    written?.closure === undefined || written.closure === null || isSecret
      ? planned
      : { ...planned, rules: [written.closure] }
  const absent = absentVerdict(plan.missing, witnessesWithout(surface, observed), gate)
  const evidence = countOf(observed.present, profile, gate, surface.sources)
  const { substrate, action } = surface
  // A person's rule for the dimension is not evidence, and needs none.
  const established = gate.admits(observed.present) || plan.rules !== planned.rules
  // Only where the permission need not say what its absence means, and nothing has to be kept from reports.
  if (!established && substrate === 'tool' && absent === 'allow' && !isSecret) {
    const where = { substrate, action, dimension: observed.dimension, value: null }
    const found = classify(observed.present, profile, gate, surface.sources, false)
    return { dimension: null, withheld: [{ ...where, ...found }] }
  }
  const guarded = isGuarded(surface, access, role.value, plan)
  // INVARIANT (law 7): from here on no secret value is in reach of the document.
  const entries = (isSecret ? [] : all.filter(({ value }) => inferType(value) !== 'secret')).map(entry =>
    weigh(entry, guarded, plan, around),
  )
  const context = contextAround(plan.context, isSecret ? [] : all, decisions, profile, gate)
  const chosen = !established
    ? UNESTABLISHED
    : plan.rules[0] === 'none'
      ? NEVER
      : choose(entries, plan, context, around)
  const rare =
    plan.beyond === 'rare' && chosen.miss !== null && chosen.miss + RULE_OF_THREE / observed.present.size <= RARE
  const unlisted = unlistedPlan(mode, surface.substrate, access, decisions)
  const allow = established ? combine(chosen.constraint, context) : unlisted.allow
  const beyond: Constraint | null = plan.beyond === 'deny' || rare || allow.kind === 'any' ? null : { kind: 'any' }
  const review = established ? beyond : (unlisted.review ?? beyond)
  const outside = entries.filter(({ value }) => !contains(chosen.constraint, value, NO_CONTEXT))
  return {
    dimension: {
      dimension: observed.dimension,
      type,
      role,
      rule: chosen.name,
      allow,
      review,
      absent,
      context: contextOf(allow),
      trace: {
        distinct: all.length,
        samples: isSecret ? [SECRET_MASK] : entries.slice(0, SAMPLES).map(({ value }) => sample(value)),
        considered: chosen.considered,
      },
      latitude: chosen.latitude,
      openness: opennessOf(allow),
      evidence,
    },
    withheld: outside.map(entry => {
      const { value, witnesses, trusted } = entry
      const suggested = gate.admits(witnesses) ? !gate.admits(trusted) : guarded && isOnlySuggested(entry, profile)
      const where = { substrate, action, dimension: observed.dimension, value }
      return { ...where, ...classify(witnesses, profile, gate, surface.sources, suggested) }
    }),
  }
}
