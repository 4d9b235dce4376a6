/**
 * Profiles of workloads, one after the other: the engine finds the rows of the next ones while the caller works on these. Two portions are
 * in memory at a time, however many workloads there are.
 */
import type { Folding } from '../../core/model/folding.ts'
import type { Marking } from '../../core/model/mark.ts'
import type { Workload } from '../../core/model/workload.ts'
import { ahead } from './ahead.ts'
import { ChangedMeanwhile } from './clickhouse/read-rows.ts'
import type { Own, Portion, Reading } from './evidence-store.ts'
import { profilesIn } from './profiles-in.ts'

type Readable = Pick<Reading, 'portions' | 'marked' | 'profile'>

const together = (folding: Folding, portion: Portion): readonly Own[] | null => {
  try {
    return profilesIn(folding, portion)
  } catch (error) {
    if (error instanceof ChangedMeanwhile) return null
    throw error
  }
}

/** The profiles of a portion; each read alone where they cannot be made of it. */
export async function* eachIn(
  reading: Readable,
  folding: Folding,
  portion: Portion,
  marking: Marking | null,
): AsyncGenerator<Own> {
  const made = together(folding, portion)
  if (made !== null) yield* made
  else
    for (const workload of portion.workloads)
      yield {
        workload,
        profile: await (marking === null ? reading.profile(workload) : reading.marked(workload, marking)),
      }
}

/** Rejects as `Reading.profile` does, when the turn of that workload has come. */
export async function* eachProfile(
  reading: Readable,
  folding: Folding,
  workloads: readonly Workload[],
  marking: Marking | null,
): AsyncGenerator<Own> {
  for await (const portion of ahead(reading.portions(workloads, marking)))
    if ('rows' in portion) yield* eachIn(reading, folding, portion, marking)
    else yield portion
}
