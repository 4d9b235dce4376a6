/**
 * Where structural closure spends latitude: per substrate, access, role and value type, which rules may be chosen, what of
 * the session's context also allows a value, and what happens to the rest. Variation is free where it does not matter and
 * nowhere else.
 */
import type { Constraint } from '../model/constraint.ts'
import type { Access, ClosureMode, Decisions, Role } from '../model/decisions.ts'
import type { Substrate } from '../model/substrate.ts'
import type { ValueType } from '../model/value-type.ts'
import type { Verdict } from '../model/verdict.ts'
import { withoutFields } from './usual-fields.ts'

export interface Plan {
  /** Closure rules to choose from, tightest first; the last one is taken where none meets the miss budget. */
  readonly rules: readonly string[]
  /** Alternatives to the observed values that the session itself can give. */
  readonly context: readonly Constraint[]
  /** What lies outside: for a person, or denied. `rare`: denied only where outside values are practically never seen. */
  readonly beyond: 'review' | 'deny' | 'rare'
  /** Verdict when a dimension that was always there is missing. */
  readonly missing: Verdict
}

const FREE: Plan = { rules: ['any'], context: [], beyond: 'deny', missing: 'allow' }
const LITERAL: Plan = { rules: ['exact'], context: [], beyond: 'deny', missing: 'deny' }

/** From the request, the whole of a field that a tool returned, or named by nothing that the agent has read. */
const SESSION: readonly Constraint[] = [{ kind: 'request' }, { kind: 'field' }, { kind: 'unprompted' }]

/** No observed one is written down: the session must give it, or nothing that was read may have. */
const SECRET: Plan = { rules: ['none'], context: SESSION, beyond: 'review', missing: 'allow' }

const SINK_RULES: Readonly<Partial<Record<ValueType, readonly string[]>>> = {
  host: ['exact', 'host'],
  url: ['exact', 'host'],
  path: ['exact', 'path'],
  ip: ['exact'],
}

const readPlan = (role: Role, type: ValueType): Plan => {
  if (role === 'secret') return SECRET
  const carriesOut = type === 'url' || type === 'host' || type === 'ip' || type === 'email'
  if (!carriesOut && type !== 'path') return FREE
  // What is read from is the host: which of its pages does not matter.
  const rules = type === 'url' || type === 'host' ? ['host'] : (SINK_RULES[type] ?? ['exact'])
  return { rules, context: SESSION, beyond: 'review', missing: 'allow' }
}

/** A value that is not there cannot be an attacker's; but destroying without saying what may mean everything. */
const missingFrom = (access: Access): Verdict => (access === 'destructive' ? 'review' : 'allow')

const writePlan = (access: Access, role: Role, type: ValueType): Plan => {
  const missing = missingFrom(access)
  switch (role) {
    case 'free':
    case 'content':
      return FREE
    case 'amount':
      return {
        rules: type === 'number' ? ['range'] : ['exact'],
        context: SESSION,
        beyond: 'review',
        missing,
      }
    case 'secret':
      return SECRET
    case 'selector':
      // What is destroyed does not come back: a name of the right shape is not enough.
      return {
        rules: access === 'destructive' ? ['exact', 'shape'] : ['exact', 'shape', 'prefix', 'type'],
        context: SESSION,
        beyond: 'review',
        missing,
      }
    case 'sink':
      return { rules: SINK_RULES[type] ?? ['exact'], context: SESSION, beyond: 'rare', missing }
  }
}

const processPlan = (dimension: string): Plan => {
  if (dimension === 'process.executable') return { rules: ['exact'], context: [], beyond: 'deny', missing: 'deny' }
  if (dimension === 'process.file')
    return { rules: ['exact', 'shape', 'path'], context: [], beyond: 'deny', missing: 'deny' }
  return { rules: ['exact', 'shape', 'any'], context: [], beyond: 'review', missing: 'allow' }
}

const iamPlan = (dimension: string, access: Access): Plan => {
  if (dimension !== 'iam.resource') return { rules: ['exact'], context: [], beyond: 'deny', missing: 'allow' }
  // Reading the next version of a corpus is the same need; writing it is a new one until it was seen.
  const rules = access === 'read' ? ['arn'] : ['exact', 'arn']
  return { rules, context: [], beyond: 'deny', missing: 'review' }
}

const networkPlan = (type: ValueType): Plan => ({
  rules: type === 'ip' ? ['exact', 'cidr'] : ['exact', 'domain'],
  context: [],
  beyond: 'deny',
  missing: 'deny',
})

export const planFor = (
  mode: ClosureMode,
  substrate: Substrate,
  access: Access,
  dimension: string,
  role: Role,
  type: ValueType,
): Plan => {
  // A secret is never written down, so no set of observed ones can be allowed: see `derive/dimension`.
  if (mode === 'literal') return role === 'secret' ? { ...SECRET, context: [], missing: 'deny' } : LITERAL
  switch (substrate) {
    case 'tool':
      return dimension === 'tool.server'
        ? LITERAL
        : access === 'read'
          ? readPlan(role, type)
          : writePlan(access, role, type)
    case 'network':
      return networkPlan(type)
    case 'process':
      return processPlan(dimension)
    case 'iam':
      return iamPlan(dimension, access)
    case 'syscall':
      return LITERAL
  }
}

/** Dimensions that a permission does not list. */
export const unlistedPlan = (
  mode: ClosureMode,
  substrate: Substrate,
  access: Access,
  decisions: Decisions,
): { readonly allow: Constraint; readonly review: Constraint | null } => {
  if (mode === 'literal' || substrate !== 'tool') return { allow: { kind: 'none' }, review: null }
  const types: readonly ValueType[] =
    access === 'read' ? ['boolean', 'date', 'identifier', 'number', 'text'] : ['boolean', 'date', 'number']
  const context = access === 'read' ? SESSION : [{ kind: 'request' } as const]
  const allow: Constraint = { kind: 'anyOf', of: [{ kind: 'type', types }, ...context] }
  return { allow: withoutFields(allow, decisions), review: { kind: 'any' } }
}
