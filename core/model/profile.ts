/**
 * What was observed of one workload. A commutative, associative, idempotent-per-record fold of observations
 * (`profile/fold`, `profile/merge`): order, sharding and duplicates change nothing.
 */

import type { Ledger } from './ledger.ts'
import type { Micros, RevisionFacts } from './observation.ts'
import type { Scalar } from './scalar.ts'
import type { Substrate } from './substrate.ts'
import type { ToolDeclaration } from './tool-declaration.ts'
import type { Workload } from './workload.ts'

/** What one witness showed of a surface or a value. */
export interface Sighting {
  /** Saturates at {@link SIGHTING_CAP}, so that merging stays associative and memory bounded. */
  count: number
  first: Micros
  last: Micros
}
export const SIGHTING_CAP = 1_000
/** What one witness showed of a surface: also through which sources, and how far its arguments were visible. */
export interface SurfaceSighting extends Sighting {
  /** Sorted. */
  sources: readonly string[]
  seen: boolean
  absent: boolean
  malformed: boolean
}
/** Distinct surfaces of one substrate that a witness may show; one beyond it counts for none of them. */
export const WITNESS_SURFACE_CAP = 512
/** Distinct dimensions of one surface that a witness may show; one beyond it counts for none of them. */
export const WITNESS_DIMENSION_CAP = 512
/** Distinct values of one dimension kept per witness; a witness beyond it counts for none of that dimension's values. */
export const WITNESS_VALUE_CAP = 512
/** Distinct values of one dimension kept in all: those with the smallest digests, whatever the order of arrival. */
export const DIMENSION_VALUE_CAP = 20_000

export interface ValueProfile {
  readonly value: Scalar
  readonly witnesses: Map<string, Sighting>
}

export interface DimensionProfile {
  readonly dimension: string
  /** By `scalarKey`. */
  readonly values: Map<string, ValueProfile>
  /** Distinct values per witness, up to WITNESS_VALUE_CAP. */
  readonly perWitness: Map<string, Set<string>>
  /** Witnesses that showed more than WITNESS_VALUE_CAP: they count for none of the values. */
  readonly flooded: Set<string>
  /** Witnesses that showed the dimension at all. */
  readonly present: Map<string, Sighting>
  /** Digest above which values were dropped, or null while none was. */
  overflow: string | null
}

export interface SurfaceProfile {
  readonly substrate: Substrate
  readonly action: string
  readonly witnesses: Map<string, SurfaceSighting>
  readonly dimensions: Map<string, DimensionProfile>
  /** How many dimensions each witness showed, up to WITNESS_DIMENSION_CAP. */
  readonly breadth: Map<string, number>
  /** Witnesses that showed more: they count for the surface, and for none of its dimensions. */
  readonly flooded: Set<string>
  /** Per witness, the dimensions that every one of its calls had whose arguments were seen. */
  readonly always: Map<string, Set<string>>
  /** Those of its witnesses. */
  readonly sources: Set<string>
  /** Witnesses by visibility of their arguments; one can have calls of each. */
  readonly visibility: { seen: number; absent: number; malformed: number }
}

export interface WitnessProfile {
  /** Whether the witness is a session (else a process lifetime on one day). */
  readonly session: boolean
  /** Whether the session was told from pauses between calls alone. */
  inferred: boolean
  /** Hashed words of the user's request with digits masked; empty where none was seen. The cluster signature. */
  readonly signature: Set<number>
  /** Hashed names that the user wrote, with the earliest time. At most {@link NAMES_CAP}, those with the smallest hashes. */
  readonly asked: Map<number, Micros>
  /** Hashed names in what tools returned as running text. */
  readonly read: Map<number, Micros>
  /** Hashed whole leaves of results. */
  readonly fields: Map<number, Micros>
  /** Where each of them stood when it was first returned, as `policy/field-place` names it; not those without a place. */
  readonly places: Map<number, string>
  /** Hashed values that the session itself passed to tools. */
  readonly sent: Map<number, Micros>
  /** From when on it is unknown what the session has read: a result was not recorded, or more than the cap. */
  unknown: Micros | null
  /** What the agent was made of while the witness was seen: up to {@link FACTS_CAP} values of each fact. */
  readonly facts: Map<keyof RevisionFacts, Set<string>>
  /** Calls by substrate and minute since the Unix epoch: the earliest {@link MINUTES_CAP} minutes. */
  readonly minutes: Map<Substrate, Map<number, number>>
  first: Micros
  last: Micros
}
export const MINUTES_CAP = 240
export const FACTS_CAP = 16
export const NAMES_CAP = 8_192

export interface Profile {
  readonly workload: Workload
  readonly surfaces: Map<string, SurfaceProfile>
  readonly witnesses: Map<string, WitnessProfile>
  /** How many surfaces of each substrate each witness showed, up to WITNESS_SURFACE_CAP. */
  readonly breadth: Map<Substrate, Map<string, number>>
  /** Witnesses that showed more: they count for none of the substrate's surfaces. */
  readonly flooded: Map<Substrate, Set<string>>
  readonly catalog: Map<string, ToolDeclaration>
  /** Denied or unauthorized observations: counted, never evidence of need. */
  readonly unneeded: Map<string, number>
  readonly sources: Set<string>
  first: Micros | null
  last: Micros | null
  ledger: Ledger
}
