/** Recorded CloudTrail events and what is known of each. Every identity in a file is the one workload that is measured. */
import { join } from 'node:path'
import { z } from 'zod'
import type { EvidenceItem } from '../../core/model/evidence.ts'
import type { Observation } from '../../core/model/observation.ts'
import type { Workload } from '../../core/model/workload.ts'
import { decodeRecord } from '../../core/pipeline.ts'
import { readLines } from '../read-lines.ts'

const WORKLOAD: Workload = { namespace: 'cloud', name: 'account' }

const EVENT = z.looseObject({
  eventID: z.string(),
  userIdentity: z
    .looseObject({
      arn: z.string().optional(),
      sessionContext: z
        .looseObject({ sessionIssuer: z.looseObject({ arn: z.string().optional() }).optional() })
        .optional(),
    })
    .optional(),
})

/** `label` of the account's events, `technique` of the others. */
const LABEL = z.object({ eventID: z.string(), label: z.string().optional(), technique: z.string().optional() })

export interface Event {
  /** The label, or the attack technique. */
  readonly label: string
  readonly source: string
  readonly items: readonly EvidenceItem[]
  /** Null where the event is nobody's behavior: what AWS services do by themselves. */
  readonly observation: Observation | null
}

/** In the order of time. Throws where an event has no label. */
export const readEvents = (data: string, name: 'account' | 'techniques'): readonly Event[] => {
  const lines = (kind: string) => readLines(join(data, 'cloudtrail', `${name}.${kind}.jsonl.gz`))
  const labels = new Map(
    lines('labels')
      .map(line => LABEL.parse(line))
      .map(({ eventID, label, technique }) => [eventID, label ?? technique]),
  )
  const records = lines('cloudtrail').map(record => ({ record, event: EVENT.parse(record) }))
  const identities = new Map(
    records
      .flatMap(({ event: { userIdentity } }) => [userIdentity?.arn, userIdentity?.sessionContext?.sessionIssuer?.arn])
      .flatMap(arn => (arn === undefined ? [] : [[arn, WORKLOAD] as const])),
  )
  return records
    .map(({ record, event }): Event => {
      const label = labels.get(event.eventID)
      if (label === undefined) throw new Error(`event \`${event.eventID}\` of \`${name}\` has no label`)
      const { source, items } = decodeRecord(record, { source: 'cloudtrail', identities })
      const observation = items.flatMap(item => (item.kind === 'observation' ? item.observation : []))[0] ?? null
      return { label, source, items, observation }
    })
    .sort((a, b) => (a.observation?.start ?? 0) - (b.observation?.start ?? 0))
}
