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

/** What a rule makes of each value, once: the estimate asks again for every part of the evidence. */
interface Prepared {
  readonly candidate: Candidate
  /** Values with the same element (itself, its directory, its domain …); for a rule that orders, none. */
  readonly groups: readonly (readonly WeighedValue[])[]
  /** Numbers in ascending order, for a rule that orders. */
  readonly ordered: readonly { readonly value: number; readonly entry: WeighedValue }[]
  /** Values that the rule has no element for. */
  readonly alone: readonly WeighedValue[]
}

const prepare = (entries: readonly WeighedValue[], candidate: Candidate): Prepared => {
  const { rule, parameter } = candidate
  if (rule.gate === 'none') return { candidate, groups: [], ordered: [], alone: [] }
  const groups = new Map<string, WeighedValue[]>()
  const alone: WeighedValue[] = []
  for (const entry of entries) {
    const element = rule.close([entry.value], parameter)
    if (element === null) {
      alone.push(entry)
      continue
    }
    if (rule.gate === 'order') continue
    const key = canonicalJson(element)
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [entry])
    else group.push(entry)
  }
  const ordered =
    rule.gate === 'order'
      ? entries
          .flatMap(entry => (typeof entry.value === 'number' ? [{ value: entry.value, entry }] : []))
          .sort((a, b) => a.value - b.value)
      : []
  return { candidate, groups: [...groups.values()], ordered, alone }
}

const admitsAll = (group: readonly WeighedValue[], gate: Gate, leaveOut: ReadonlySet<string> | null): boolean => {
  const tally = gate.tally()
  return group.some(({ trusted }) => tally.add(trusted, leaveOut))
}

/** The values whose own element passed the gate. */
const admittedEach = ({ groups }: Prepared, gate: Gate, leaveOut: ReadonlySet<string> | null): readonly Scalar[] =>
  groups.filter(group => admitsAll(group, gate, leaveOut)).flatMap(group => group.map(({ value }) => value))

/** From the smallest to the largest number at or beyond which enough witnesses were seen. */
const admittedInOrder = (
  { ordered }: Prepared,
  gate: Gate,
  leaveOut: ReadonlySet<string> | null,
): readonly Scalar[] => {
  const bound = (from: Prepared['ordered']): number | undefined => {
    const tally = gate.tally()
    return from.find(({ entry }) => tally.add(entry.trusted, leaveOut))?.value
  }
  const low = bound(ordered)
  const high = bound(ordered.toReversed())
  // Too few beyond either bound: the bounds cross, and there is no range that enough witnesses support.
  if (low === undefined || high === undefined) return []
  return low <= high ? [low, high] : [high, low]
}

interface Closed {
  readonly name: string
  readonly constraint: Constraint
  readonly values: readonly Scalar[]
}

/** Constraint over the values that pass the gate; null where nothing does. */
const close = (prepared: Prepared, gate: Gate, leaveOut: ReadonlySet<string> | null): Closed | null => {
  const { candidate } = prepared
  const { rule, parameter } = candidate
  if (rule.gate === 'none') {
    const constraint = rule.close([], parameter)
    return constraint === null ? null : { name: ruleName(candidate), constraint, values: [] }
  }
  const values =
    rule.gate === 'order' ? admittedInOrder(prepared, gate, leaveOut) : admittedEach(prepared, gate, leaveOut)
  const closed = values.length === 0 ? null : rule.close(values, parameter)
  // Each on its own: what passed the gate is not lost for want of a fitting rule.
  const alone = prepared.alone.filter(entry => admitsAll([entry], gate, leaveOut)).map(({ value }) => value)
  if (alone.length === 0) return closed === null ? null : { name: ruleName(candidate), constraint: closed, values }
  const rest: Constraint = { kind: 'set', values: alone }
  if (closed === null) return { name: 'exact', constraint: rest, values: alone }
  const constraint: Constraint = { kind: 'anyOf', of: [closed, rest] }
  return { name: `${ruleName(candidate)} | exact`, constraint, values: [...values, ...alone] }
}

/** A rule that does not depend on the values misses none. */
const NO_MISS: Miss = { share: 0, witnesses: 0 }

/** A part of the witnesses that is left out together, and what of the values they showed. */
interface Fold {
  readonly witnesses: Set<string>
  readonly shown: { readonly value: Scalar; readonly witness: string; readonly first: Micros }[]
}

interface Folds {
  readonly witnesses: number
  readonly folds: readonly Fold[]
}

const foldsOf = (entries: readonly WeighedValue[], clusters: Clusters): Folds => {
  const byCluster = new Map<string, string[]>()
  const all = new Set(entries.flatMap(entry => [...entry.witnesses.keys()]))
  for (const witness of all) {
    const cluster = clusters.get(witness) ?? witness
    const members = byCluster.get(cluster)
    if (members === undefined) byCluster.set(cluster, [witness])
    else members.push(witness)
  }
  const names = [...byCluster.keys()].sort()
  const count = Math.min(names.length, entries.length > MANY_VALUES ? FEW_FOLDS : FOLDS)
  if (count < 2) return { witnesses: all.size, folds: [] }
  const foldOf = new Map<string, number>()
  for (const [index, name] of names.entries())
    for (const witness of byCluster.get(name) ?? []) foldOf.set(witness, index % count)
  const folds = Array.from({ length: count }, (): Fold => ({ witnesses: new Set(), shown: [] }))
  for (const [witness, fold] of foldOf) folds[fold]?.witnesses.add(witness)
  for (const { value, witnesses } of entries) {
    for (const [witness, { first }] of witnesses) folds[foldOf.get(witness) ?? 0]?.shown.push({ value, witness, first })
  }
  return { witnesses: all.size, folds }
}

interface Miss {
  /** Share of witnesses with a value outside what the others' evidence would have allowed; null with one cluster only. */
  readonly share: number | null
  readonly witnesses: number
}

const estimateMiss = (prepared: Prepared, gate: Gate, { witnesses: all, folds }: Folds, excused: Excused): Miss => {
  if (folds.length === 0) return { share: null, witnesses: 0 }
  let missed = 0
  for (const { witnesses, shown } of folds) {
    const closed = close(prepared, gate.scaled(1 - witnesses.size / all), witnesses)
    const outside = new Set<string>()
    for (const { value, witness, first } of shown) {
      if (outside.has(witness)) continue
      if (closed !== null && contains(closed.constraint, value, NO_CONTEXT)) continue
      if (!excused(value, witness, first)) outside.add(witness)
    }
    missed += outside.size
  }
  return { share: Math.round((missed / all) * 10_000) / 10_000, witnesses: missed }
}

const NOTHING: Chosen = {
  name: 'none',
  constraint: { kind: 'none' },
  latitude: { statement: 'none: no value passed the confidence threshold', beyond: 0 },
  miss: null,
  considered: [],
}

/** The same value with only the sightings that count as evidence of need. */
export interface WeighedValue extends ValueProfile {
  readonly trusted: ReadonlyMap<string, Sighting>
}

/** `candidates` tightest first. */
export const chooseRule = (
  entries: readonly WeighedValue[],
  candidates: readonly Candidate[],
  gate: Gate,
  clusters: Clusters,
  budget: number,
  excused: Excused,
): Chosen => {
  let folds: Folds | null = null
  const tried: (Omit<Chosen, 'considered'> & { readonly holds: boolean })[] = []
  for (const candidate of candidates) {
    const prepared = prepare(entries, candidate)
    const closed = close(prepared, gate, null)
    if (closed === null) continue
    // Where a dimension is free, nothing is asked of its values.
    if (candidate.rule.gate !== 'none') folds ??= foldsOf(entries, clusters)
    const miss =
      folds === null || candidate.rule.gate === 'none' ? NO_MISS : estimateMiss(prepared, gate, folds, excused)
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
