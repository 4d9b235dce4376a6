/**
 * Recorded traces → the evidence of each workload, and each call as the agent made it: its arguments and what the tool answered, as
 * they were written down, so that both can be sent again.
 */
import type { EvidenceItem, UserRequest } from '../../core/model/evidence.ts'
import type { Observation } from '../../core/model/observation.ts'
import type { WorkloadEvidence } from '../../core/model/workload-evidence.ts'
import { createCollector, decodeRecord } from '../../core/pipeline.ts'

/** What went over the wire; a part is undefined where it was not recorded. */
export interface Wire {
  /** JSON. */
  readonly args: string | undefined
  readonly result: string | undefined
}

export interface RecordedSession {
  readonly id: string
  /** By start time, then order of arrival: the order in which a judgement has them. */
  readonly calls: readonly Observation[]
  readonly requests: readonly UserRequest[]
}

export interface RecordedEvidence {
  readonly workload: WorkloadEvidence
  readonly sessions: readonly RecordedSession[]
  /** By id of the observation. */
  readonly wires: ReadonlyMap<string, Wire>
}

type Json = Readonly<Record<string, unknown>>

const isJson = (value: unknown): value is Json => typeof value === 'object' && value !== null
const part = (value: unknown, key: string): unknown => (isJson(value) ? value[key] : undefined)
const parts = (value: unknown, key: string): readonly unknown[] => {
  const found = part(value, key)
  return Array.isArray(found) ? found : []
}

/** Spans of one ExportTraceServiceRequest with their texts, under the id that the source gives their observations. */
function* wiresIn(record: unknown): Generator<readonly [string, Wire]> {
  for (const resource of parts(record, 'resourceSpans'))
    for (const scope of parts(resource, 'scopeSpans'))
      for (const span of parts(scope, 'spans')) {
        const written = (name: string): string | undefined => {
          const found = parts(span, 'attributes').find(attribute => part(attribute, 'key') === name)
          const text = part(part(found, 'value'), 'stringValue')
          return typeof text === 'string' ? text : undefined
        }
        const id = `${part(span, 'traceId')}:${part(span, 'spanId')}`
        yield [id, { args: written('gen_ai.tool.call.arguments'), result: written('gen_ai.tool.call.result') }] as const
      }
}

const bySession = <Entry extends { readonly session: string | null }>(
  entries: readonly Entry[],
): ReadonlyMap<string, readonly Entry[]> => {
  const groups = new Map<string, Entry[]>()
  for (const entry of entries) {
    if (entry.session === null) continue
    const known = groups.get(entry.session)
    if (known === undefined) groups.set(entry.session, [entry])
    else known.push(entry)
  }
  return groups
}

const sessionsOf = ({ observations, requests }: WorkloadEvidence): readonly RecordedSession[] => {
  const asked = bySession(requests)
  return [...bySession(observations.filter(({ substrate }) => substrate === 'tool'))].map(([id, calls]) => ({
    id,
    calls: [...calls].sort((a, b) => a.start - b.start),
    requests: asked.get(id) ?? [],
  }))
}

/** Throws where the records are not of one workload. */
export const recordedEvidence = (records: readonly unknown[]): RecordedEvidence => {
  const collector = createCollector()
  for (const record of records) {
    const { source, items } = decodeRecord(record, { source: null, identities: new Map() })
    collector.add(source, items satisfies readonly EvidenceItem[])
  }
  const [workload, ...others] = collector.finish().workloads.values()
  if (workload === undefined || others.length > 0) throw new Error('the records are not of one workload')
  return { workload, sessions: sessionsOf(workload), wires: new Map(records.flatMap(record => [...wiresIn(record)])) }
}
