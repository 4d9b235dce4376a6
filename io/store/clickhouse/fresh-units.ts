/**
 * Rows of evidence that this process has written and not yet folded, by unit: so that a unit that came whole is folded without being read
 * back. It is a shortcut and never the truth: `units` counts the rows of everybody, and a unit of which there are more than its fold has
 * seen is read from the store and folded again.
 */
import type { EvidenceRow } from './item-rows.ts'
import { UNIT_ITEMS } from './load-units.ts'

/** What of a row is needed for folding. */
export type FreshRow = Pick<EvidenceRow, 'workload' | 'unit' | 'source' | 'pod' | 'payload'>

export interface UnitItem {
  readonly source: string
  readonly payload: string
}

export interface FreshUnit {
  readonly workload: string
  readonly unit: string
  readonly items: readonly UnitItem[]
  /** Whether something of it is in a pod, where other units may explain it, and it them. */
  readonly isInPod: boolean
}

/** Characters and rows that are kept; half of it is let go of when there is more. */
export interface Kept {
  readonly weight: number
  readonly rows: number
}

export const KEPT: Kept = { weight: 16_777_216, rows: 40_000 }

/** Units that are remembered as left to the store. Who is forgotten is folded once for nothing. */
const LEFT = 100_000

interface Gathered {
  readonly workload: string
  readonly unit: string
  readonly items: UnitItem[]
  isInPod: boolean
  weight: number
}

export interface FreshUnits {
  add(rows: readonly FreshRow[]): void
  readonly isFull: () => boolean
  /** Those that nothing was added to for the longest time, or all of them. They are the caller's: what comes later of them is the store's. */
  take(which: 'oldest' | 'all'): readonly FreshUnit[]
  /** Leaves everything to the store. */
  forget(): void
}

export const createFreshUnits = (kept: Kept = KEPT): FreshUnits => {
  /** In the order of the last addition. */
  const units = new Map<string, Gathered>()
  const left = new Set<string>()
  let [weight, rows] = [0, 0]

  const remove = (key: string, unit: Gathered): void => {
    units.delete(key)
    weight -= unit.weight
    rows -= unit.items.length
    if (left.size >= LEFT) left.clear()
    left.add(key)
  }

  const add = ({ workload, unit, source, payload, pod }: FreshRow): void => {
    const key = `${unit} ${workload}`
    if (workload === '' || left.has(key)) return
    const found = units.get(key) ?? { workload, unit, items: [], isInPod: false, weight: 0 }
    units.delete(key)
    units.set(key, found)
    found.items.push({ source, payload })
    found.weight += payload.length
    found.isInPod ||= pod !== ''
    weight += payload.length
    rows += 1
    if (found.items.length > UNIT_ITEMS) remove(key, found)
  }

  return {
    add: added => {
      for (const row of added) add(row)
    },
    isFull: () => weight > kept.weight || rows > kept.rows,
    take: which => {
      const taken: FreshUnit[] = []
      const isEnough = (): boolean => which === 'oldest' && weight <= kept.weight / 2 && rows <= kept.rows / 2
      for (const [key, unit] of units) {
        if (isEnough()) break
        remove(key, unit)
        taken.push(unit)
      }
      return taken
    },
    forget: () => {
      for (const [key, unit] of units) remove(key, unit)
    },
  }
}
