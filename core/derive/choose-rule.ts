/**
 * Picks a dimension's closure rule: the tightest whose estimated miss is within the budget, with the miss of the others
 * beside it. The estimate leaves out whole clusters of alike sessions, since a copy of a session predicts nothing.
 */

import { canonicalJson } from '../model/canonical.ts'
import type { ClosureRule } from '../model/closure-rule.ts'
import type { Constraint } from '../model/constraint.ts'
import type { Micros } from '../model/observation.ts'
import type { ConsideredRule } from '../model/policy.ts'
import type { Sighting, ValueProfile } from '../model/profile.ts'
import type { Scalar } from '../model/scalar.ts'
import { contains } from '../policy/contains.ts'
import { NO_CONTEXT } from '../policy/step.ts'
import type { Gate } from './gate.ts'
import type { Clusters } from './witnesses.ts'

export interface Candidate {
  readonly rule: ClosureRule
  readonly parameter: number | null
}

export interface Chosen {
  readonly name: string
  readonly constraint: Constraint
  readonly latitude: { readonly statement: string; readonly beyond: number | null }
  readonly miss: number | null
  readonly considered: readonly ConsideredRule[]
}

/** Whether the session's own context would have allowed the value, whatever the rule. */
export type Excused = (value: Scalar, witness: string, at: Micros) => boolean

const FOLDS = 10
/** Above this many values the estimate uses fewer folds: its cost is values × folds. */
const MANY_VALUES = 4_000
const FEW_FOLDS = 3

const ruleName = ({ rule, parameter }: Candidate): string => (parameter === null ? rule.id : `${rule.id}(${parameter})`)

const union = (entries: readonly WeighedValue[], leaveOut: ReadonlySet<string> | null): Map<string, Sighting> => {
  const all = new Map<string, Sighting>()
  for (const { trusted } of entries) {
    for (const [witness, sighting] of trusted) {
      if (leaveOut?.has(witness)) continue
      const known = all.get(witness)
      all.set(witness, known === undefined ? sighting : { ...known, count: known.count + sighting.count })
    }
  }
  return all
}

/** The values whose own element (itself, its directory, its domain …) passed the gate. */
const admittedEach = (
  entries: readonly WeighedValue[],
  { rule, parameter }: Candidate,
  gate: Gate,
  leaveOut: ReadonlySet<string> | null,
): readonly Scalar[] => {
  const groups = new Map<string, WeighedValue[]>()
  for (const entry of entries) {
    const element = rule.close([entry.value], parameter)
    if (element === null) continue
    const key = canonicalJson(element)
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [entry])
    else group.push(entry)
  }
  return [...groups.values()]
    .filter(group => gate.admits(union(group, leaveOut)))
    .flat()
    .map(entry => entry.value)
}

/** From the smallest to the largest number at or beyond which enough witnesses were seen. */
const admittedInOrder = (
  entries: readonly WeighedValue[],
  gate: Gate,
  leaveOut: ReadonlySet<string> | null,
): readonly Scalar[] => {
  const ordered = entries
    .flatMap(entry => (typeof entry.value === 'number' ? [{ value: entry.value, entry }] : []))
    .sort((a, b) => a.value - b.value)
  const bound = (from: typeof ordered): number | undefined => {
    const beyond: WeighedValue[] = []
    for (const { value, entry } of from) {
      beyond.push(entry)
      if (gate.admits(union(beyond, leaveOut))) return value
    }
    return undefined
  }
  const low = bound(ordered)
  const high = bound([...ordered].reverse())
  // Too few beyond either bound: the bounds cross, and there is no range that enough witnesses support.
  if (low === undefined || high === undefined) return []
  return low <= high ? [low, high] : [high, low]
}

/** Values that the rule has no element for, each on its own: what passed the gate is not lost for want of a fitting rule. */
const admittedAlone = (
  entries: readonly WeighedValue[],
  { rule, parameter }: Candidate,
  gate: Gate,
  leaveOut: ReadonlySet<string> | null,
): readonly Scalar[] =>
  entries
    .filter(entry => rule.close([entry.value], parameter) === null && gate.admits(union([entry], leaveOut)))
    .map(({ value }) => value)

interface Closed {
  readonly name: string
  readonly constraint: Constraint
  readonly values: readonly Scalar[]
}

/** Constraint over the values that pass the gate; null where nothing does. */
const close = (
  entries: readonly WeighedValue[],
  candidate: Candidate,
  gate: Gate,
  leaveOut: ReadonlySet<string> | null,
): Closed | null => {
  const { rule, parameter } = candidate
  if (rule.gate === 'none') {
    const constraint = rule.close([], parameter)
    return constraint === null ? null : { name: ruleName(candidate), constraint, values: [] }
  }
  const values =
    rule.gate === 'order' ? admittedInOrder(entries, gate, leaveOut) : admittedEach(entries, candidate, gate, leaveOut)
  const closed = values.length === 0 ? null : rule.close(values, parameter)
  const alone = admittedAlone(entries, candidate, gate, leaveOut)
  if (alone.length === 0) return closed === null ? null : { name: ruleName(candidate), constraint: closed, values }
  const rest: Constraint = { kind: 'set', values: alone }
  if (closed === null) return { name: 'exact', constraint: rest, values: alone }
  const constraint: Constraint = { kind: 'anyOf', of: [closed, rest] }
  return { name: `${ruleName(candidate)} | exact`, constraint, values: [...values, ...alone] }
}

/** A rule that does not depend on the values misses none. */
const NO_MISS: Miss = { share: 0, witnesses: 0 }

const foldsOf = (entries: readonly WeighedValue[], clusters: Clusters): readonly ReadonlySet<string>[] => {
  const byCluster = new Map<string, string[]>()
  for (const witness of new Set(entries.flatMap(entry => [...entry.witnesses.keys()]))) {
    const cluster = clusters.get(witness) ?? witness
    const members = byCluster.get(cluster)
    if (members === undefined) byCluster.set(cluster, [witness])
    else members.push(witness)
  }
  const names = [...byCluster.keys()].sort()
  const count = Math.min(names.length, entries.length > MANY_VALUES ? FEW_FOLDS : FOLDS)
  if (count < 2) return []
  return Array.from({ length: count }, (_, fold) => {
    const inFold = names.filter((_name, index) => index % count === fold)
    return new Set(inFold.flatMap(name => byCluster.get(name) ?? []))
  })
}

interface Miss {
  /** Share of witnesses with a value outside what the others' evidence would have allowed; null with one cluster only. */
  readonly share: number | null
  readonly witnesses: number
}

const estimateMiss = (
  entries: readonly WeighedValue[],
  candidate: Candidate,
  gate: Gate,
  folds: readonly ReadonlySet<string>[],
  excused: Excused,
): Miss => {
  if (folds.length === 0) return { share: null, witnesses: 0 }
  const all = new Set(entries.flatMap(entry => [...entry.witnesses.keys()]))
  let missed = 0
  for (const fold of folds) {
    const closed = close(entries, candidate, gate.scaled(1 - fold.size / all.size), fold)
    const outside = new Set<string>()
    for (const { value, witnesses } of entries) {
      if (closed !== null && contains(closed.constraint, value, NO_CONTEXT)) continue
      for (const [witness, { first }] of witnesses) {
        if (fold.has(witness) && !excused(value, witness, first)) outside.add(witness)
      }
    }
    missed += outside.size
  }
  return { share: Math.round((missed / all.size) * 10_000) / 10_000, witnesses: missed }
}

const NOTHING: Chosen = {
  name: 'none',
  constraint: { kind: 'none' },
  latitude: { statement: 'none: no value passed the confidence threshold', beyond: 0 },
  miss: null,
  considered: [],
}

/** `candidates` tightest first. */
/** The same value with only the sightings that count as evidence of need. */
export interface WeighedValue extends ValueProfile {
  readonly trusted: ReadonlyMap<string, Sighting>
}

export const chooseRule = (
  entries: readonly WeighedValue[],
  candidates: readonly Candidate[],
  gate: Gate,
  clusters: Clusters,
  budget: number,
  excused: Excused,
): Chosen => {
  const folds = foldsOf(entries, clusters)
  const tried: (Omit<Chosen, 'considered'> & { readonly holds: boolean })[] = []
  for (const candidate of candidates) {
    const closed = close(entries, candidate, gate, null)
    if (closed === null) continue
    const miss = candidate.rule.gate === 'none' ? NO_MISS : estimateMiss(entries, candidate, gate, folds, excused)
    const latitude = candidate.rule.latitude(closed.constraint, closed.values)
    // As few as could not open a value do not open a wider rule either.
    const holds = miss.share === null || miss.share <= budget || miss.witnesses <= gate.witnesses
    tried.push({ name: closed.name, constraint: closed.constraint, latitude, miss: miss.share, holds })
  }
  const chosen = tried.find(({ holds }) => holds) ?? tried[tried.length - 1]
  if (chosen === undefined) return NOTHING
  const { name, constraint, latitude, miss } = chosen
  return { name, constraint, latitude, miss, considered: tried.map(entry => ({ rule: entry.name, miss: entry.miss })) }
}
