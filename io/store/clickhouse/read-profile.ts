/** Folds of a workload → its profile. What each unit gave is merged as profiles merge; the newest fold of a unit counts. */
import type { Folding } from '../../../core/model/folding.ts'
import type { Marking } from '../../../core/model/mark.ts'
import type { Profile } from '../../../core/model/profile.ts'
import type { Workload } from '../../../core/model/workload.ts'
import { StoreError } from '../store-error.ts'
import type { Engine } from './engine.ts'
import { newestRows, type Units } from './newest-rows.ts'
import { absorbMarked, unitsMarked } from './read-marked.ts'
import { absorbRows, ChangedMeanwhile } from './read-rows.ts'

/** A workload, and how many rows of evidence its folds have seen. */
export interface Stored {
  readonly workload: Workload
  readonly key: string
  readonly seen: number
}

/** Rows of evidence that are read in one piece; what they were folded to is about as much. */
export const PIECE = 20_000

/** Units are named by digests in hexadecimal, so that equal spans of names hold about as many of them. */
const DIGITS = 8
const NAMES = 16 ** DIGITS
const nameAt = (place: number): string => Math.round(place).toString(16).padStart(DIGITS, '0')

interface Span {
  readonly from: number
  readonly to: number
}

const spansOf = ({ from, to }: Span, count: number): readonly Span[] =>
  Array.from({ length: count }, (_, index) => ({
    from: from + ((to - from) * index) / count,
    to: from + ((to - from) * (index + 1)) / count,
  }))

const bounds = ({ from, to }: Span): Pick<Units, 'from' | 'to'> => ({
  ...(from === 0 ? {} : { from: nameAt(from) }),
  ...(to === NAMES ? {} : { to: nameAt(to) }),
})

/** How often what changes while it is read is read again. */
const TRIES = 10

const CHANGING = {
  code: 'store-failed',
  what: 'the store cannot be read: what is asked for changes again and again',
  where: null,
  help: 'derive when less is written, or from a store that is not written to',
} as const

const LARGE = {
  code: 'store-failed',
  what: 'the store cannot be read: what one session showed is larger than can be read at once',
  where: null,
  help: null,
} as const

const readFolds = async (
  engine: Engine,
  folding: Folding,
  { workload, key, seen }: Stored,
  without: readonly string[],
): Promise<Profile> => {
  const profile = folding.emptyProfile(workload)
  const into = new Map([[key, profile]])
  const read = async (span: Span): Promise<void> => {
    const rows = await newestRows(engine, { workloads: [key], without, ...bounds(span) })
    if (rows !== null) absorbRows(folding, into, rows)
    else if (span.to - span.from <= 1) throw new StoreError(LARGE)
    else for (const half of spansOf(span, 2)) await read(half)
  }
  for (const span of spansOf({ from: 0, to: NAMES }, Math.max(1, Math.ceil(seen / PIECE)))) await read(span)
  return profile
}

/** The ledger is empty: it is nobody's alone. */
export const readProfile = async (
  engine: Engine,
  folding: Folding,
  stored: Stored,
  marking: Marking | null,
): Promise<Profile> => {
  const { key } = stored
  const marks = marking === null ? [] : folding.marksOf(marking.marks, key)
  const marked = marks.length === 0 ? [] : await unitsMarked(engine, folding, key, marks)
  for (let tries = 0; tries < TRIES; tries++) {
    try {
      const profile = await readFolds(engine, folding, stored, marked)
      if (marking !== null) await absorbMarked(engine, folding, key, marked, marking, profile)
      return folding.finish(profile)
    } catch (error) {
      if (!(error instanceof ChangedMeanwhile)) throw error
    }
  }
  throw new StoreError(CHANGING)
}
