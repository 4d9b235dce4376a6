/**
 * A user's request → what kind of task it is, as a sketch of bounded size: the smallest hashes of its words, digits masked.
 * Derivation clusters whole windows of requests (`derive/witnesses`); here sessions come one at a time and few are remembered.
 */
import { taskWords } from '../policy/task-words.ts'

/** Hashes per sketch: the share that two have in common estimates the share of words, within about 0.2. */
const SKETCH = 24
/** As in derivation: from this share of common words on, two requests are alike. */
const ALIKE = 0.6

export type Task = readonly number[]

export const taskOf = (request: string): Task => {
  const words = new Set(taskWords(request))
  return [...words].sort((a, b) => a - b).slice(0, SKETCH)
}

/** Of the smallest hashes of both together, the share that both have: an estimate of their likeness. */
export const isAlike = (a: Task, b: Task): boolean => {
  const inA = new Set(a)
  const inB = new Set(b)
  const smallest = [...new Set([...a, ...b])].sort((x, y) => x - y).slice(0, SKETCH)
  const common = smallest.filter(hash => inA.has(hash) && inB.has(hash)).length
  return smallest.length === 0 || common / smallest.length >= ALIKE
}
