import type { CatalogSighting, NameLookup, UserRequest } from './evidence.ts'
import type { Ledger } from './ledger.ts'
import type { Observation } from './observation.ts'
import type { Workload } from './workload.ts'

/** All evidence of one workload, without duplicates. Observations in order of arrival. */
export interface WorkloadEvidence {
  readonly workload: Workload
  readonly observations: readonly Observation[]
  readonly requests: readonly UserRequest[]
  readonly catalogs: readonly CatalogSighting[]
}

/** Evidence of one or several units, before what happened in pods is joined. */
export interface SettledEvidence extends WorkloadEvidence {
  readonly lookups: readonly NameLookup[]
}

export interface Evidence {
  /** By `namespace/name`. */
  readonly workloads: ReadonlyMap<string, WorkloadEvidence>
  readonly ledger: Ledger
}
