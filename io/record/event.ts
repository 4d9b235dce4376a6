/**
 * What the recorder saw, before it is written in Ambit's observation format: that encoding belongs to the evidence
 * source, and reaches the recorder as a function (`apps/cli/record.ts`).
 */
import type { DimensionValue, Micros, Outcome } from '../../core/model/observation.ts'
import type { Substrate } from '../../core/model/substrate.ts'

export type RecordedEvent =
  /** One `tools/call` and how it ended. `arguments` and `result` as the protocol had them; `end` null: no answer was seen. */
  | {
      readonly kind: 'call'
      readonly start: Micros
      readonly end: Micros | null
      readonly outcome: Outcome
      readonly server: string | null
      readonly tool: string
      readonly arguments: unknown
      readonly result: unknown
      /** The arguments or the result were left out because the line would be larger than a reader accepts. */
      readonly argumentsKept: boolean
      readonly resultKept: boolean
      /** Id of the exception that let it run, where an enforcement point records. */
      readonly exception?: string
    }
  /** One page of a `tools/list` answer. */
  | {
      readonly kind: 'catalog'
      readonly start: Micros
      readonly server: string | null
      readonly listed: readonly unknown[]
    }
  /** Text that whoever starts the agent asserts to be the user's request. */
  | { readonly kind: 'request'; readonly start: Micros; readonly text: string }
  /** An exec, a file opened, a connection, or all uses of one syscall by one process. */
  | {
      readonly kind: 'action'
      readonly start: Micros
      readonly end: Micros | null
      readonly outcome: Outcome
      readonly substrate: Exclude<Substrate, 'tool' | 'iam'>
      readonly action: string
      readonly values: readonly DimensionValue[]
      /** One process lifetime on one day. */
      readonly witness: string
    }
  /** The recorder lost something. `count` null: unknown how much. */
  | { readonly kind: 'loss'; readonly count: number | null; readonly detail: string }
  /** Nothing follows. The journal alone writes it: one that is missing tells that the recorder was stopped before it was done. */
  | { readonly kind: 'end' }

/** Now, with the resolution that ordering calls across processes needs. */
export const nowMicros = (): Micros => Math.floor((performance.timeOrigin + performance.now()) * 1000)
