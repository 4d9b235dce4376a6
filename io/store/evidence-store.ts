/**
 * Where evidence is kept: what was decoded goes in, profiles come out. In memory, in an embedded engine, on a server or a cluster:
 * each passes the same contract suite, and gives the same profile for the same evidence.
 */
import type { Ledger } from '../../core/model/ledger.ts'
import type { Marking } from '../../core/model/mark.ts'
import type { Profile } from '../../core/model/profile.ts'
import type { Workload } from '../../core/model/workload.ts'
import type { Bookmarks } from '../evidence/bookmarks.ts'
import type { Decoded } from './decoded.ts'
import type { Load } from './load.ts'

/** What arrived together. Sent again it counts once: the rest are duplicates. */
export interface Batch {
  /** Names what arrived, e.g. a digest of it: equal for what is sent again. It tells apart what has no id of its own. */
  readonly id: string
  readonly records: readonly Decoded[]
}

/** A workload and what was observed of it; null where there is no evidence. */
export interface Own {
  readonly workload: Workload
  readonly profile: Profile | null
}

/** Workloads that are read together, in a form that any thread can make profiles of: see `profilesIn`. Plain data. */
export interface Portion {
  readonly workloads: readonly Workload[]
  readonly rows: StoredRows
  /** Of the whole store. */
  readonly ledger: Ledger
}

/** Documents in JSON, their rows in the order of workloads and units. */
export interface StoredRows {
  readonly folds: Uint8Array
  readonly witnesses: Uint8Array
  readonly sightings: Uint8Array
}

/** What was derived of a workload and written, so that it need not be again. */
export interface Derivation {
  /** Digest of all that it follows from. */
  readonly from: string
  /** Digest of the files that were written. */
  readonly files: string
  /** What was told of it, as JSON. */
  readonly told: string
}

/** What the store held at one moment. */
export interface Reading {
  /** Those with evidence, in the order of their keys. */
  readonly workloads: readonly Workload[]
  /** Of everything that was appended, whatever workload it is of. */
  readonly ledger: Ledger
  /** Another text once anything of the workload was folded anew, or the ledger has anything else against it; null where nobody can tell. */
  evidenceOf(workload: Workload): string | null
  /** Null where there is no evidence of the workload. */
  profile(workload: Workload): Promise<Profile | null>
  /** The same, with what is marked as no evidence of need. */
  marked(workload: Workload, marking: Marking): Promise<Profile | null>
  /** These workloads, each once and in this order, few at a time; one alone, as a profile, where that is how it can be read. */
  portions(workloads: readonly Workload[], marking: Marking | null): AsyncIterable<Portion | Own>
}

export interface EvidenceStore {
  /**
   * INVARIANT: what was appended is durable when this resolves, as far as the store keeps anything. Rejects with `StoreError` where it
   * is not; then part of it may be there, and appending it again is right.
   */
  append(batch: Batch): Promise<void>
  /**
   * Whole files, read and decoded where the store likes, to the same effect as appending what is in them. INVARIANT: what was loaded is durable
   * when this resolves. Rejects with `StoreError`, and with what reading the files rejects with. Stores that would gain nothing by it have none.
   */
  load?(load: Load): Promise<void>
  /** Everything that was appended before. Rejects with `StoreError` where not all of it can be read: never a smaller answer. */
  read(): Promise<Reading>
  /** Lets go of what was appended before the day (`YYYY-MM-DD`, UTC), and of what was folded from nothing later. */
  prune(before: string): Promise<void>
  /** Remembers how far a reader has read files that others go on writing. To be called when all before is appended. */
  bookmark(reader: string, files: Bookmarks): Promise<void>
  /** The last that a reader told of each file. It is kept as long as the store, whatever is let go of. */
  bookmarks(reader: string): Promise<Bookmarks>
  /** Remembers what was derived and where it was written, by key of the workload. It is kept as long as the store. */
  derived(place: string, made: ReadonlyMap<string, Derivation>): Promise<void>
  /** The last that was derived into the place. */
  derivations(place: string): Promise<ReadonlyMap<string, Derivation>>
  close(): Promise<void>
}
