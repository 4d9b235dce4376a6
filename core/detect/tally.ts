/**
 * What is remembered of sightings that are counted together. Bounded, whatever comes: sets stop at their cap and say so, texts
 * are cut, and a witness that repeats itself adds to the count alone.
 */
import type { AlertEvidence, Noted } from '../model/alert.ts'
import { DAY, type Micros } from '../model/observation.ts'
import { rfc3339 } from '../model/rfc3339.ts'
import { type Scalar, scalarKey } from '../model/scalar.ts'
import { hashName } from '../policy/name-hash.ts'
import { cut } from './cut.ts'
import { isAlike, type Task } from './task.ts'

/** At least; one more than the confidence decision asks for, so that the continuity test can hold. */
const WITNESSES = 64
const MOST_WITNESSES = 1_024
const DAYS = 32
const TASKS = 8
const VALUES = 64
const SAMPLES = 5
/** UTF-16 units of a value, a witness or an id in an alert. */
const LENGTH = 200

export interface Tally {
  count: number
  first: Micros
  last: Micros
  named: number
  /** Sightings of which it is known what had been read before. */
  told: number
  atLeast: boolean
  readonly witnesses: Set<number>
  readonly days: Set<number>
  readonly tasks: Task[]
  readonly values: Set<number>
  readonly samples: Set<Scalar>
  readonly sampleWitnesses: Set<string>
  readonly sampleIds: Set<string>
}

export const emptyTally = (at: Micros): Tally => ({
  count: 0,
  first: at,
  last: at,
  named: 0,
  told: 0,
  atLeast: false,
  witnesses: new Set(),
  days: new Set(),
  tasks: [],
  values: new Set(),
  samples: new Set(),
  sampleWitnesses: new Set(),
  sampleIds: new Set(),
})

const cutValue = (value: Scalar): Scalar => (typeof value === 'string' ? cut(value, LENGTH) : value)

const addTo = <T>(set: Set<T>, entry: T, cap: number): boolean => {
  if (set.has(entry)) return true
  if (set.size >= cap) return false
  set.add(entry)
  return true
}

const addTask = (tasks: Task[], task: Task): boolean => {
  if (tasks.some(known => isAlike(known, task))) return true
  if (tasks.length >= TASKS) return false
  tasks.push(task)
  return true
}

/** `asked`: witnesses that the confidence decision asks for. */
export const addSighting = (tally: Tally, noted: Noted, observed: readonly Scalar[], asked: number): void => {
  const { at, witness, id, task, outside } = noted
  tally.count++
  tally.first = Math.min(tally.first, at)
  tally.last = Math.max(tally.last, at)
  if (outside !== null) tally.told++
  if (outside === 'named') tally.named++
  const kept = [
    addTo(tally.witnesses, hashName(witness), Math.min(MOST_WITNESSES, Math.max(WITNESSES, Math.floor(asked) + 1))),
    addTo(tally.days, Math.floor(at / DAY), DAYS),
    task === null || addTask(tally.tasks, task),
    ...observed.map(value => addTo(tally.values, hashName(scalarKey(value)), VALUES)),
  ]
  if (kept.includes(false)) tally.atLeast = true
  for (const value of observed) addTo(tally.samples, cutValue(value), SAMPLES)
  addTo(tally.sampleWitnesses, cut(witness, LENGTH), SAMPLES)
  if (id !== null) addTo(tally.sampleIds, cut(id, LENGTH), SAMPLES)
}

export const evidenceOf = (tally: Tally): AlertEvidence => ({
  count: tally.count,
  witnesses: tally.witnesses.size,
  days: tally.days.size,
  tasks: tally.tasks.length === 0 ? null : tally.tasks.length,
  values: tally.values.size,
  atLeast: tally.atLeast,
  named: tally.told === 0 ? null : tally.named,
  firstSeen: rfc3339(tally.first),
  lastSeen: rfc3339(tally.last),
  sampleWitnesses: [...tally.sampleWitnesses],
  sampleIds: [...tally.sampleIds],
})
