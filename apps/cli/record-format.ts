/** What the recorder saw → one line of Ambit's observation format. */
import type { Workload } from '../../core/model/workload.ts'
import { OBSERVATION_FORMAT, type WrittenRecord } from '../../core/observe/ambit-format.ts'
import { rfc3339 } from '../../core/observe/time.ts'
import type { RecordedEvent } from '../../io/record/event.ts'

export interface Recording {
  readonly workload: Workload
  readonly session: string
  /** Unique to the process that records: ids are this and a count. */
  readonly recorder: string
}

const written = (event: RecordedEvent, id: string, { workload, session }: Recording): WrittenRecord => {
  const format = OBSERVATION_FORMAT
  if (event.kind === 'loss') return { format, type: 'loss', id, count: event.count, detail: event.detail }
  const base = { format, id, time: rfc3339(event.start), workload } as const
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

/** Each call is a new record with its own id. */
export const lineWriter = (recording: Recording): ((event: RecordedEvent) => string) => {
  let count = 0
  return event => JSON.stringify(written(event, `${recording.recorder}/${++count}`, recording))
}
