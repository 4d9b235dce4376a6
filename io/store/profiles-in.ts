/** A portion of a store → the profiles of its workloads, in their order. Of no engine, so that any thread can. */
import type { Folding } from '../../core/model/folding.ts'
import { workloadKey } from '../../core/model/workload.ts'
import { absorbRows } from './clickhouse/read-rows.ts'
import type { Own, Portion } from './evidence-store.ts'

/** Throws `ChangedMeanwhile` where something was written while it was read: then each workload has to be read alone. */
export const profilesIn = (folding: Folding, { workloads, rows, ledger }: Portion): readonly Own[] => {
  const profiles = new Map(workloads.map(workload => [workloadKey(workload), folding.emptyProfile(workload)]))
  absorbRows(folding, profiles, rows)
  return [...profiles.values()].map(unfinished => {
    const profile = folding.finish(unfinished)
    return { workload: profile.workload, profile: { ...profile, ledger: folding.ledgerOf(profile, ledger) } }
  })
}
