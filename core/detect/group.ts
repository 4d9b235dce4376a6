/**
 * Sightings that are counted together, and when they are told of: at once, then each time their count has grown tenfold or
 * their pattern has changed. However long a storm lasts, it is one alert that is told a few times.
 */
import type { Alert, AlertKind, Continuity, Noted } from '../model/alert.ts'
import { digest } from '../model/digest.ts'
import type { DerivedPolicy } from '../model/policy.ts'
import type { Scalar } from '../model/scalar.ts'
import { workloadKey } from '../model/workload.ts'
import { continuityOf } from './continuity.ts'
import type { Place } from './place.ts'
import { severityOf } from './severity.ts'
import { addSighting, emptyTally, evidenceOf, type Tally } from './tally.ts'

/** What stays of the call that opened the group. `action` null: several are counted together. */
export type Head = Pick<Noted, 'substrate' | 'permission' | 'verdict' | 'code'> &
  Pick<Place, 'dimension' | 'rule' | 'allowed'> & { readonly kind: AlertKind; readonly action: string | null }

export interface Group {
  readonly id: string
  /** Its name within its detector. */
  readonly key: string
  readonly head: Head
  readonly tally: Tally
  /** Times told; the count at which it is told again; the pattern that was told. */
  revisions: number
  next: number
  pattern: Continuity['pattern'] | null
  /** Whether it was told that this has begun. */
  begun: boolean
}

export const openGroup = (policy: DerivedPolicy, key: string, head: Head, at: number): Group => ({
  id: digest([policy.digest, head.kind, key, at]).slice('sha256:'.length, 'sha256:'.length + 32),
  key,
  head,
  tally: emptyTally(at),
  revisions: 0,
  next: 1,
  pattern: null,
  begun: false,
})

export const count = (policy: DerivedPolicy, group: Group, noted: Noted, observed: readonly Scalar[]): void =>
  addSighting(group.tally, noted, observed, policy.thresholds.witnesses)

/** The alert as it stands. */
export const alertOf = (policy: DerivedPolicy, { id, head, tally, revisions }: Group): Alert => {
  const continuity = continuityOf(tally, policy.thresholds)
  const { kind, ...rest } = head
  return {
    id,
    revision: revisions,
    kind,
    severity: severityOf(kind, continuity),
    workload: workloadKey(policy.workload),
    policy: policy.digest,
    ...rest,
    observed: [...tally.samples],
    evidence: evidenceOf(tally),
    continuity,
  }
}

/** The alert where the group is to be told of now, else nothing. */
export const tell = (policy: DerivedPolicy, group: Group): readonly Alert[] => {
  const { pattern } = continuityOf(group.tally, policy.thresholds)
  if (group.tally.count < group.next && pattern === group.pattern) return []
  while (group.next <= group.tally.count) group.next *= 10
  group.pattern = pattern
  const alert = alertOf(policy, group)
  group.revisions++
  return [alert]
}
