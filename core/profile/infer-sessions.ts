/**
 * Tool calls that name neither conversation nor trace nor session → sessions, by the pauses between them. What a pause between tasks is,
 * the process itself must show: its pauses, as logarithms, fall into two groups with a void between them, short ones inside a task and
 * long ones between tasks. Where they do not, or are too few, nothing is inferred: the witness stays the process lifetime on that day.
 *
 * Only within one witness, since no task goes on in another process; only calls of tools, since programs, connections and system calls
 * run on their own clock, and calls of a cloud role are of many tasks at once.
 */
import type { Micros, Observation } from '../model/observation.ts'
import { rfc3339 } from '../model/rfc3339.ts'

/** Pauses that a witness must show before they are a distribution. */
const FEWEST = 20
/** Of each group. Two pauses between tasks are three tasks: no pattern. */
const FEWEST_OF_EACH = 4
/** The shortest pause between tasks is so many times the longest inside one. */
const VOID = Math.log(4)
/** How far apart the means are, in standard deviations within the groups (Ashman's D). An even spread cut in half has 3.5, one hump 2.7. */
const APART = 5
/** Pauses below a millisecond are one: clocks say no more. */
const SHORTEST: Micros = 1_000

const isNameless = ({ substrate, session, link }: Observation): boolean =>
  substrate === 'tool' && session === null && link === undefined

const byWitness = (observations: readonly Observation[]): ReadonlyMap<string, Observation[]> => {
  const groups = new Map<string, Observation[]>()
  for (const observation of observations) {
    if (!isNameless(observation)) continue
    const group = groups.get(observation.witness) ?? []
    groups.set(observation.witness, group)
    group.push(observation)
  }
  return groups
}

/** By start; what started at once is in one order, however it came. */
const inOrder = (calls: readonly Observation[]): readonly Observation[] =>
  [...calls].sort((a, b) => a.start - b.start || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0))

/** Before each call but the first: from when all earlier ones had ended, as far as their ends are known. */
const pausesOf = (calls: readonly Observation[]): readonly Micros[] => {
  let until = Number.NEGATIVE_INFINITY
  return calls
    .map(({ start, end }) => {
      const pause = start - until
      until = Math.max(until, end ?? start)
      return pause
    })
    .slice(1)
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0)

const meanOf = (numbers: readonly number[]): number => sum(numbers) / numbers.length

const varianceOf = (numbers: readonly number[]): number => {
  const mean = meanOf(numbers)
  return meanOf(numbers.map(number => (number - mean) ** 2))
}

/** The shortest pause that is one between tasks; null where the pauses do not say. */
export const pauseBetweenTasks = (pauses: readonly Micros[]): Micros | null => {
  if (pauses.length < FEWEST) return null
  const sorted = [...pauses].sort((a, b) => a - b)
  const logs = sorted.map(pause => Math.log(Math.max(pause, SHORTEST)))
  let [at, widest] = [0, 0]
  for (let index = FEWEST_OF_EACH; index <= logs.length - FEWEST_OF_EACH; index++) {
    const width = (logs[index] ?? 0) - (logs[index - 1] ?? 0)
    if (width > widest) [at, widest] = [index, width]
  }
  if (widest < VOID) return null
  const [short, long] = [logs.slice(0, at), logs.slice(at)]
  const within = Math.sqrt((varianceOf(short) + varianceOf(long)) / 2)
  return meanOf(long) - meanOf(short) < APART * within ? null : (sorted[at] ?? null)
}

const named = (witness: string, start: Micros): string => `${witness} from ${rfc3339(start)}`

/** In the order in which they came; what is inferred says so. */
export const inferSessions = (observations: readonly Observation[]): readonly Observation[] => {
  const replaced = new Map<Observation, Observation>()
  for (const [witness, group] of byWitness(observations)) {
    const calls = inOrder(group)
    const pauses = pausesOf(calls)
    const between = pauseBetweenTasks(pauses)
    if (between === null) continue
    let session = ''
    for (const [index, call] of calls.entries()) {
      if (index === 0 || (pauses[index - 1] ?? 0) >= between) session = named(witness, call.start)
      replaced.set(call, { ...call, session, witness: session, inferred: true })
    }
  }
  return replaced.size === 0 ? observations : observations.map(observation => replaced.get(observation) ?? observation)
}
