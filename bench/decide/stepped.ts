/** What it costs to remember a session: its requests and results, as recorded, by the kilobyte of text. */
import { type ContextEvent, emptyContext, step } from '../../core/policy/step.ts'
import type { Session } from '../quality/sessions.ts'
import { processorTime } from './timing.ts'

export interface Stepped {
  readonly kilobytes: number
  readonly results: number
  /** Microseconds. */
  readonly perKilobyte: number
  readonly perResult: number
}

const eventsOf = ({ items, calls }: Session): readonly ContextEvent[] => [
  ...items.flatMap((item): ContextEvent[] => (item.kind === 'request' ? [{ kind: 'request', text: item.text }] : [])),
  ...calls.flatMap(({ result, values }): ContextEvent[] =>
    result === null ? [] : [{ kind: 'result', leaves: result, sent: values.map(({ value }) => value) }],
  ),
]

const charactersOf = (event: ContextEvent): number => {
  if (event.kind === 'request') return event.text.length
  if (event.kind !== 'result') return 0
  return (event.leaves ?? []).reduce((sum, { text }) => sum + text.length, 0)
}

const PASSES = 5

export const stepped = (sessions: readonly Session[]): Stepped => {
  const events = sessions.map(eventsOf).filter(own => own.length > 0)
  const flat = events.flat()
  const characters = flat.reduce((sum, event) => sum + charactersOf(event), 0)
  const pass = (): number => {
    const start = processorTime()
    for (const own of events) own.reduce(step, emptyContext({ request: true, results: true, calls: true }))
    return processorTime() - start
  }
  pass()
  const microseconds = Math.min(...Array.from({ length: PASSES }, pass))
  const results = flat.filter(({ kind }) => kind === 'result').length
  return {
    kilobytes: characters / 1_024,
    results,
    perKilobyte: microseconds / (characters / 1_024),
    perResult: microseconds / results,
  }
}
