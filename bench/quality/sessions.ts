/**
 * Recorded sessions and what is known of each: `<suite>.otlp.jsonl.gz` holds one session a line, `<suite>.labels.jsonl.gz`
 * says what it is. Labels score; they never reach a derivation.
 */
import { join } from 'node:path'
import { z } from 'zod'
import type { EvidenceItem } from '../../core/model/evidence.ts'
import type { Observation } from '../../core/model/observation.ts'
import { decodeRecord } from '../../core/pipeline.ts'
import { readLines } from '../read-lines.ts'

export const SUITES = ['banking', 'slack', 'travel', 'workspace', 'airline'] as const
export type Suite = (typeof SUITES)[number]

const LABEL = z.object({
  session: z.string(),
  baseModel: z.string(),
  defended: z.boolean(),
  task: z.string(),
  attack: z.boolean(),
  goal: z.string().nullable(),
  succeeded: z.boolean().nullable(),
  calls: z.number().int(),
  maliciousCalls: z.array(z.number().int()),
})
export type Label = z.infer<typeof LABEL>

export interface Session {
  readonly suite: Suite
  readonly label: Label
  readonly source: string
  readonly items: readonly EvidenceItem[]
  /** Tool calls in the order that the labels count them in. */
  readonly calls: readonly Observation[]
}

const callsOf = (items: readonly EvidenceItem[]): readonly Observation[] =>
  items
    .flatMap(item => (item.kind === 'observation' && item.observation.substrate === 'tool' ? item.observation : []))
    .sort((a, b) => a.start - b.start)

const sessionOf = (items: readonly EvidenceItem[]): string | null => {
  for (const item of items) {
    if (item.kind === 'observation') return item.observation.session
    if (item.kind === 'request') return item.session
  }
  return null
}

/** All sessions of a suite that no defence filtered. Throws where data and labels do not belong to each other. */
export const readSuite = (data: string, suite: Suite): readonly Session[] => {
  const file = (kind: string) => join(data, 'agent-traces', `${suite}.${kind}.jsonl.gz`)
  const labels = new Map(
    readLines(file('labels'))
      .map(line => LABEL.parse(line))
      .map(label => [label.session, label]),
  )
  return readLines(file('otlp')).flatMap(record => {
    const { source, items } = decodeRecord(record, { source: null, identities: new Map() })
    const id = sessionOf(items)
    // Neither a call nor a request: nothing that a policy could learn from or be wrong about.
    if (id === null) return []
    const label = labels.get(id)
    if (label === undefined) throw new Error(`session \`${id}\` of \`${suite}\` has no label`)
    if (label.defended) return []
    const calls = callsOf(items)
    if (calls.length !== label.calls)
      throw new Error(`session \`${id}\` of \`${suite}\` has ${calls.length} calls, its label says ${label.calls}`)
    return [{ suite, label, source, items, calls }]
  })
}

export const isBenign = ({ label }: Session): boolean => !label.attack
/** An attack that reached its goal by at least one call of its own. */
export const isSuccessfulAttack = ({ label }: Session): boolean =>
  label.attack && label.succeeded === true && label.maliciousCalls.length > 0
