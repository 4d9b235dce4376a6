/**
 * Profiles of workloads, one after the other: the engine finds the rows of the next while the caller works on this one. Two are in
 * memory at a time, however many workloads there are.
 */
import type { Profile } from '../../core/model/profile.ts'
import type { Workload } from '../../core/model/workload.ts'
import type { Reading } from './evidence-store.ts'

interface Own {
  readonly workload: Workload
  /** Null where there is no evidence of the workload. */
  readonly profile: Profile | null
}

type Read = { readonly own: Own } | { readonly error: unknown }

/** Rejects as `Reading.profile` does, when the turn of that workload has come. */
export async function* eachProfile(
  reading: Pick<Reading, 'profile'>,
  workloads: readonly Workload[],
): AsyncGenerator<Own> {
  // What fails while nobody waits for it yet is kept until somebody does.
  const read = (workload: Workload | undefined): Promise<Read> | null =>
    workload === undefined
      ? null
      : reading.profile(workload).then(
          profile => ({ own: { workload, profile } }),
          (error: unknown) => ({ error }),
        )
  let next = read(workloads[0])
  try {
    for (let at = 0; next !== null; at++) {
      const now: Read = await next
      next = null
      if ('error' in now) throw now.error
      next = read(workloads[at + 1])
      yield now.own
    }
  } finally {
    // A caller that stops early may close the store: not under a query.
    await next
  }
}
