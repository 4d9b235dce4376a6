/**
 * What Ambit's own recorder, and anyone without another sensor, writes: one JSON object a line. `ambit.ts` reads it,
 * `ambit-schema.ts` is its JSON Schema. Arguments, results and tool lists may be given raw, as the protocol had them,
 * or already taken apart.
 */
import type { EvidenceItem, StreamPosition } from '../model/evidence.ts'
import type {
  DimensionValue,
  Observation,
  Outcome,
  ResultLeaf,
  RevisionFacts,
  Visibility,
} from '../model/observation.ts'
import type { Substrate } from '../model/substrate.ts'
import type { ToolDeclaration } from '../model/tool-declaration.ts'
import type { Workload } from '../model/workload.ts'
import { rfc3339 } from './time.ts'

export const OBSERVATION_FORMAT = 'ambit.observation/v1'

/** `sequence`: 1 for the first record of the stream, and one more for each. */
type Placed = StreamPosition | { readonly stream?: never; readonly sequence?: never }

type Header = {
  readonly format: typeof OBSERVATION_FORMAT
  /** Unique among the records of one source: a second record with the same id is a duplicate. */
  readonly id: string
} & Placed

type Attributed = Header & {
  /** RFC 3339, up to nanoseconds: when it started. */
  readonly time: string
  readonly workload: Workload
}

export type WrittenObservation = Attributed & {
  readonly type: 'observation'
  /** RFC 3339. Missing or null: the end was not recorded. */
  readonly end?: string | null
  readonly substrate: Substrate
  readonly action: string
  /** Missing: `seen` where there are values or arguments and for syscalls, else `absent`. */
  readonly visibility?: Visibility
  readonly outcome?: Outcome
  readonly facts?: Partial<RevisionFacts>
  /** Id of the exception that let it run. */
  readonly exception?: string | null
} & (
    | { readonly session: string; readonly witness?: string }
    /** Of no session: then `witness` names one process lifetime on one day. */
    | { readonly session?: null; readonly witness: string }
  ) &
  (
    | { readonly values?: readonly DimensionValue[]; readonly arguments?: never; readonly server?: never }
    /** Tool calls only: the arguments as the protocol had them, an object or its JSON text, and the MCP server's name. */
    | { readonly arguments: unknown; readonly server?: string | null; readonly values?: never }
  ) &
  (
    | { readonly leaves?: readonly ResultLeaf[] | null; readonly result?: never }
    /** A tool's result as the protocol had it: structured, MCP content, or text. */
    | { readonly result: unknown; readonly leaves?: never }
  )

/** The newest turn of an authenticated user, never what an agent says of itself. */
export type WrittenRequest = Attributed & {
  readonly type: 'request'
  readonly session: string
  readonly text: string
  readonly facts?: Partial<RevisionFacts>
}

export type WrittenCatalog = Attributed & {
  readonly type: 'catalog'
} & (
    | { readonly tools: readonly ToolDeclaration[]; readonly listed?: never; readonly server?: never }
    /** `tools` of an MCP `tools/list` result, as the server sent it, and the server's name. */
    | { readonly listed: readonly unknown[]; readonly server?: string | null; readonly tools?: never }
  )

/** The recorder itself lost something. `count` null: unknown how much. */
export type WrittenLoss = Header & {
  readonly type: 'loss'
  readonly count: number | null
  readonly detail: string
}

/** The stream ends here, with the last of its numbers: now a missing tail is missed. */
export type WrittenEnd = Header & StreamPosition & { readonly type: 'end' }

export type WrittenRecord = WrittenObservation | WrittenRequest | WrittenCatalog | WrittenLoss | WrittenEnd

const writtenObservation = (observation: Observation, placed: Placed): WrittenObservation => ({
  ...placed,
  format: OBSERVATION_FORMAT,
  type: 'observation',
  id: observation.id,
  time: rfc3339(observation.start),
  end: observation.end === null ? null : rfc3339(observation.end),
  workload: observation.workload,
  ...(observation.session === null
    ? { session: null, witness: observation.witness }
    : { session: observation.session, witness: observation.witness }),
  substrate: observation.substrate,
  action: observation.action,
  visibility: observation.visibility,
  values: observation.values,
  outcome: observation.outcome,
  leaves: observation.result,
  facts: observation.facts,
  ...(observation.exception === undefined ? {} : { exception: observation.exception }),
})

/** The record that decodes to this item again, its source aside; null for what was rejected, and for what only completes others. */
export const encodeItem = (item: EvidenceItem): WrittenRecord | null => {
  const format = OBSERVATION_FORMAT
  const placed: Placed = item.position ?? {}
  switch (item.kind) {
    case 'observation':
      return writtenObservation(item.observation, placed)
    case 'request': {
      const { id, workload, session, text, facts } = item
      return { format, ...placed, type: 'request', id, time: rfc3339(item.start), workload, session, text, facts }
    }
    case 'catalog':
      return {
        format,
        ...placed,
        type: 'catalog',
        id: item.id,
        time: rfc3339(item.start),
        workload: item.workload,
        tools: item.tools,
      }
    case 'loss':
      return { format, ...placed, type: 'loss', id: item.id, count: item.count, detail: item.detail }
    case 'end':
      return { format, ...item.position, type: 'end', id: item.id }
    case 'answer':
    case 'lookup':
    case 'rejected':
      return null
  }
}
