/**
 * Sessions → which of their values rest on a field of an earlier result alone, and which field that was: the tool that returned it,
 * and where in the result, indexes left out. Counted from the calls themselves: the program does not keep where a field stood.
 */
import type { Constraint } from '../../core/model/constraint.ts'
import type { Context } from '../../core/model/context.ts'
import type { Observation } from '../../core/model/observation.ts'
import type { DerivedPolicy } from '../../core/model/policy.ts'
import type { Scalar } from '../../core/model/scalar.ts'
import type { WorkloadEvidence } from '../../core/model/workload-evidence.ts'
import { replay } from '../../core/pipeline.ts'
import { contains } from '../../core/policy/contains.ts'
import { legible } from '../../core/policy/normalize-text.ts'
import { isField } from '../../core/policy/step.ts'

/** One argument whose value an earlier result had returned whole. */
export interface Returned {
  readonly session: string
  readonly call: Observation
  readonly dimension: string
  readonly context: Context
  readonly value: Scalar
  /** The argument, and each field that held the value: `[action, dimension, tool, place]` as one text. */
  readonly fields: readonly string[]
}

export const returnedIn = (evidence: WorkloadEvidence): readonly Returned[] => {
  const found: Returned[] = []
  const seen = new Map<string, Map<string, Set<string>>>()
  for (const { session, observation: call, context } of replay(evidence, 'all')) {
    if (session === null || call.substrate !== 'tool') continue
    const held = seen.get(session) ?? new Map<string, Set<string>>()
    seen.set(session, held)
    for (const { dimension, value } of call.values) {
      const places = [...(held.get(legible(String(value))) ?? [])]
      const fields = places.map(place => JSON.stringify([call.action, dimension, place]))
      if (fields.length > 0) found.push({ session, call, dimension, context, value, fields })
    }
    for (const { path, text } of call.result ?? []) {
      if (!isField(text)) continue
      const places = held.get(legible(text)) ?? new Set<string>()
      held.set(legible(text), places.add(JSON.stringify([call.action, path.replace(/\d+/g, '#')])))
    }
  }
  return found
}

const partsOf = (constraint: Constraint): readonly Constraint[] =>
  constraint.kind === 'anyOf' ? constraint.of : [constraint]

/** What decides about the value: its dimension, what is not listed, or what explains a call of an unobserved tool. */
const decidesOn = (policy: DerivedPolicy, call: Observation, dimension: string): readonly Constraint[] => {
  const permission = policy.permissions.find(({ substrate, action }) => substrate === 'tool' && action === call.action)
  if (permission !== undefined)
    return [(permission.dimensions.find(entry => entry.dimension === dimension) ?? permission.others).allow]
  return policy.envelopes.flatMap(({ substrate, explained }) =>
    substrate === 'tool' && explained !== null ? [explained.every] : [],
  )
}

/** Whether only the result explains the value: it is in no set, and the user did not ask for it. */
export const restsOnField = (policy: DerivedPolicy, { call, dimension, context, value }: Returned): boolean => {
  const parts = decidesOn(policy, call, dimension).flatMap(partsOf)
  const others = parts.filter(({ kind }) => kind !== 'field' && kind !== 'unprompted')
  return parts.some(({ kind }) => kind === 'field') && !others.some(part => contains(part, value, context))
}
