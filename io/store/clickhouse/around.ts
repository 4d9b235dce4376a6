/**
 * Which units matter to which, beside themselves: what a kernel saw in a pod is explained by calls and look-ups in other units, and
 * these explain it again when they change.
 */
import type { Folding, PodSpan } from '../../../core/model/folding.ts'
import type { SettledEvidence } from '../../../core/model/workload-evidence.ts'
import type { Engine } from './engine.ts'
import { fingerprint } from './item-rows.ts'
import { literal } from './literal.ts'

/** One span for each pod, over everything of a kind that is in it. */
const spansOf = (
  pieces: readonly SettledEvidence[],
  { inPod, reach }: Folding,
  wanted: (part: 'call' | 'lookup' | 'below') => boolean,
  isAfter: boolean,
): readonly PodSpan[] => {
  const spans = new Map<string, PodSpan>()
  for (const { observations, lookups } of pieces) {
    const items = [...observations.map(observation => ({ kind: 'observation' as const, observation })), ...lookups]
    for (const item of items) {
      const place = inPod(item)
      if (place === null || !wanted(place.part)) continue
      const { pod, start, end, part } = place
      // A call without an end may still be given one; until then it is open for as long as any call may be.
      const longest = start + (part === 'call' ? reach.call : reach.lookup)
      const to = isAfter ? Math.min(end ?? longest, longest) : start
      const known = spans.get(pod)
      spans.set(pod, { pod, from: Math.min(start, known?.from ?? start), to: Math.max(to, known?.to ?? to) })
    }
  }
  return [...spans.values()]
}

const unitsWhere = async (engine: Engine, workload: string, conditions: readonly string[]): Promise<Set<string>> => {
  if (conditions.length === 0) return new Set()
  const rows = await engine.rows<{ readonly unit: string }>(
    `SELECT DISTINCT unit FROM evidence WHERE workload = ${literal(workload)} AND (${conditions.join(' OR ')})`,
  )
  return new Set(rows.map(({ unit }) => unit))
}

const podIs = ({ pod }: PodSpan): string => `pod = ${literal(fingerprint(pod))}`

/** Units with calls and look-ups that may explain what is in these. */
export const unitsAround = (
  engine: Engine,
  folding: Folding,
  workload: string,
  own: readonly SettledEvidence[],
): Promise<ReadonlySet<string>> => {
  const { call, lookup } = folding.reach
  const conditions = spansOf(own, folding, part => part === 'below', false).map(span => {
    const open = `part = 'call' AND start >= ${span.from - call} AND start <= ${span.to} AND (end < 0 OR end >= ${span.from})`
    const told = `part = 'lookup' AND start >= ${span.from - lookup} AND start <= ${span.to}`
    return `(${podIs(span)} AND ((${open}) OR (${told})))`
  })
  return unitsWhere(engine, workload, conditions)
}

/** Units in which calls and look-ups of these may explain something. */
export const unitsExplained = (
  engine: Engine,
  folding: Folding,
  workload: string,
  own: readonly SettledEvidence[],
): Promise<ReadonlySet<string>> => {
  const conditions = spansOf(own, folding, part => part !== 'below', true).map(
    span => `(${podIs(span)} AND part = 'below' AND start >= ${span.from} AND start <= ${span.to})`,
  )
  return unitsWhere(engine, workload, conditions)
}
