/**
 * Judged calls × the policy's own confidence decision → which soft violations recur: more than N times, by more than M distinct
 * witnesses. It says what to look at again. What a policy then allows is decided by deriving it again, never here.
 */
import type { Noted } from '../model/alert.ts'
import type { Distinct } from '../model/decisions.ts'
import type { DerivedPolicy } from '../model/policy.ts'
import type { Recurrence } from '../model/recurrence.ts'
import { rfc3339 } from '../model/rfc3339.ts'
import { type Scalar, scalarKey } from '../model/scalar.ts'
import { isAlike, type Task } from './task.ts'

/** What recurs by its value; of everything else the place does. */
const BY_VALUE = ['withheld', 'value-outside', 'context-missing', 'dimension-unknown']

interface Sightings {
  readonly noted: Noted
  readonly dimension: string | null
  readonly value: Scalar
  readonly times: Map<string, number>
  readonly tasks: Map<string, Task | null>
  readonly named: Set<string>
  isTold: boolean
  first: number
  last: number
}

const passes = (witnesses: number, tasks: number, limit: number, distinct: Distinct): boolean => {
  if (distinct === 'sessions') return witnesses > limit
  return distinct === 'clusters' ? tasks > limit : witnesses > limit && tasks > limit
}

const kindsOf = (tasks: ReadonlyMap<string, Task | null>): number => {
  const kinds: Task[] = []
  let alone = 0
  for (const task of tasks.values()) {
    if (task === null) alone++
    else if (!kinds.some(kind => isAlike(kind, task))) kinds.push(task)
  }
  return kinds.length + alone
}

const sort = (a: Recurrence, b: Recurrence): number => b.witnesses - a.witnesses || b.count - a.count

/** Only reviews, only what no exception let through. The most witnessed first. */
export const recurrencesOf = (policy: DerivedPolicy, list: readonly Noted[]): readonly Recurrence[] => {
  const found = new Map<string, Sightings>()
  for (const noted of list) {
    if (noted.verdict !== 'review' || noted.exception !== null) continue
    const deviation = noted.deviations[0]
    const dimension = deviation?.dimension ?? null
    const value = deviation !== undefined && BY_VALUE.includes(noted.code) ? deviation.observed : null
    const key = JSON.stringify([noted.substrate, noted.action, noted.code, dimension, scalarKey(value)])
    const known = found.get(key)
    const seen = known ?? {
      noted,
      dimension,
      value,
      times: new Map(),
      tasks: new Map(),
      named: new Set(),
      isTold: false,
      first: noted.at,
      last: noted.at,
    }
    if (known === undefined) found.set(key, seen)
    seen.times.set(noted.witness, (seen.times.get(noted.witness) ?? 0) + 1)
    seen.tasks.set(noted.witness, noted.task)
    if (noted.outside !== null) seen.isTold = true
    if (noted.outside === 'named') seen.named.add(noted.witness)
    seen.first = Math.min(seen.first, noted.at)
    seen.last = Math.max(seen.last, noted.at)
  }
  const { confidence } = policy.decisions
  return [...found.values()]
    .flatMap(({ noted, dimension, value, times, tasks, named, isTold, first, last }): readonly Recurrence[] => {
      const { substrate, action, code } = noted
      const limits = confidence.perSubstrate[substrate] ?? policy.thresholds
      const count = [...times.values()].reduce((sum, own) => sum + Math.min(confidence.perWitness.value, own), 0)
      const kinds = kindsOf(tasks)
      const isOver = passes(times.size, kinds, limits.witnesses, confidence.distinct.value)
      if (count <= limits.moreThan || !isOver) return []
      const isTimed = Number.isFinite(first)
      return [
        {
          substrate,
          action,
          dimension,
          value,
          code,
          count,
          witnesses: times.size,
          tasks: kinds,
          named: isTold ? named.size : null,
          firstSeen: isTimed ? rfc3339(first) : null,
          lastSeen: isTimed ? rfc3339(last) : null,
        },
      ]
    })
    .sort(sort)
}
