/** What the recorder saw → one line of Ambit's observation format. */
import type { Workload } from '../../core/model/workload.ts'
import { OBSERVATION_FORMAT, type WrittenRecord } from '../../core/observe/ambit-format.ts'
import { rfc3339 } from '../../core/observe/time.ts'
import type { RecordedEvent } from '../../io/record/event.ts'

export interface Recording {
  readonly workload: Workload
  readonly session: string
  /** Unique to the process that records: the stream of its records. */
  readonly recorder: string
}

const written = (event: RecordedEvent, sequence: number, recording: Recording): WrittenRecord => {
  const { workload, session, recorder: stream } = recording
  const header = { format: OBSERVATION_FORMAT, id: `${stream}/${sequence}`, stream, sequence } as const
  if (event.kind === 'end') return { ...header, type: 'end' }
  if (event.kind === 'loss') return { ...header, type: 'loss', count: event.count, detail: event.detail }
  const base = { ...header, time: rfc3339(event.start), workload } as const
  if (event.kind === 'request') return { ...base, type: 'request', session, text: event.text }
  if (event.kind === 'catalog') return { ...base, type: 'catalog', listed: event.listed, server: event.server }
  const { outcome } = event
  const observed = {
    ...base,
    type: 'observation',
    session,
    end: event.end === null ? null : rfc3339(event.end),
    outcome,
  } as const
  if (event.kind === 'action') {
    const { substrate, action, values, witness } = event
    return { ...observed, substrate, action, values, witness }
  }
  const excepted = event.exception === undefined ? {} : { exception: event.exception }
  const call = { ...observed, substrate: 'tool', action: event.tool, ...excepted } as const
  const result = event.resultKept ? { result: event.result } : { leaves: null }
  if (event.argumentsKept) return { ...call, arguments: event.arguments, server: event.server, ...result }
  const values = event.server === null ? [] : [{ dimension: 'tool.server', value: event.server }]
  return { ...call, values, visibility: 'absent', ...result }
}

/** `sequence`: 1 for the first record, and one more for each. */
export const lineWriter =
  (recording: Recording): ((event: RecordedEvent, sequence: number) => string) =>
  (event, sequence) =>
    JSON.stringify(written(event, sequence, recording))
