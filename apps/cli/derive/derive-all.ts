/** Workloads of a reading → all of them derived and written, in as many threads as are wanted where the store has them in portions. */
import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import type { Decisions } from '../../../core/model/decisions.ts'
import type { Marking } from '../../../core/model/mark.ts'
import { type Workload, workloadKey } from '../../../core/model/workload.ts'
import { FOLDING } from '../../../core/pipeline.ts'
import { done, type Outcome } from '../../../io/problem.ts'
import { ahead } from '../../../io/store/ahead.ts'
import { eachIn } from '../../../io/store/each-profile.ts'
import type { Reading } from '../../../io/store/evidence-store.ts'
import { answersInOrder } from '../../../io/threads/answers-in-order.ts'
import { remaining } from '../../../io/threads/remaining.ts'
import type { Io } from '../io.ts'
import { createProgress } from '../progress.ts'
import { printable } from '../terminal.ts'
import type { Derived, DeriveOneOptions } from './derive-one.ts'
import { type DeriveWork, deriveEach } from './derive-portion.ts'

export type Derivable = Pick<Reading, 'workloads' | 'ledger' | 'profile' | 'marked' | 'portions'>

/** Megabytes for what is new: deriving makes much of it, and little that stays. */
const YOUNG = 64

const startThread = (): Worker =>
  new Worker(new URL('./derive-thread.js', import.meta.url), { resourceLimits: { maxYoungGenerationSizeMb: YOUNG } })

export interface DeriveAll {
  /** Null: nothing is marked. */
  readonly marking: Marking | null
  readonly decisions: Decisions
  readonly options: DeriveOneOptions
  /** Null: as many as there are processors, once there is much to do. */
  readonly threads: number | null
}

async function* worksOf(
  reading: Derivable,
  workloads: readonly Workload[],
  { marking, decisions, options: { out, whatIf } }: DeriveAll,
  io: Io,
): AsyncGenerator<DeriveWork> {
  const progress = createProgress(io)
  try {
    for await (const portion of ahead(reading.portions(workloads, marking))) {
      const first = 'rows' in portion ? portion.workloads[0] : portion.workload
      if (first !== undefined) progress.say(() => `deriving ${printable(workloadKey(first))}`)
      yield { portion, decisions, options: { out, whatIf } }
    }
  } finally {
    progress.end()
  }
}

/** In the order of the workloads. Errors: those of writing; rejects as the reading does. */
export const deriveAll = async (
  reading: Derivable,
  workloads: readonly Workload[],
  how: DeriveAll,
  io: Io,
): Promise<Outcome<readonly Derived[]>> => {
  const here = ({ portion, ...work }: DeriveWork): Promise<Outcome<readonly Derived[]>> =>
    deriveEach('rows' in portion ? eachIn(reading, FOLDING, portion, how.marking) : [portion], work)
  const all: Derived[] = []
  const left = remaining(workloads.length, () => performance.now())
  for await (const derived of answersInOrder(worksOf(reading, workloads, how, io), {
    threads: how.threads ?? availableParallelism(),
    start: startThread,
    isOwn: ({ portion }) => !('rows' in portion),
    here,
    // Who asks for threads gets them from the beginning.
    isWorth: how.threads === null ? left.isMuch : () => true,
  })) {
    if (!derived.ok) return derived
    left.done(derived.value.length)
    all.push(...derived.value)
  }
  return done(all)
}
