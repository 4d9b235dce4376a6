/**
 * Which units matter to which, beside themselves: what a kernel saw in a pod is explained by calls and look-ups in other units, and
 * these explain it again when they change.
 */
import type { Folding, InPod, PodSpan } from '../../../core/model/folding.ts'
import type { SettledEvidence } from '../../../core/model/workload-evidence.ts'
import type { Engine } from './engine.ts'
import { fingerprint } from './item-rows.ts'
import { literal } from './literal.ts'
import type { SettledUnit } from './load-units.ts'

/** Where in pods everything of a piece is that is in one. */
function* placesOf({ observations, lookups }: SettledEvidence, { inPod }: Folding): Iterable<InPod> {
  for (const item of [
    ...observations.map(observation => ({ kind: 'observation' as const, observation })),
    ...lookups,
  ]) {
    const place = inPod(item)
    if (place !== null) yield place
  }
}

const podsOf = ({ evidence }: SettledUnit, folding: Folding, isWanted: (part: InPod['part']) => boolean): Set<string> =>
  new Set(
    [...(evidence === null ? [] : placesOf(evidence, folding))].flatMap(({ pod, part }) => (isWanted(part) ? pod : [])),
  )

/** Of these, the units with calls and look-ups in the pods in which something of a unit is to be explained. */
export const byPod = (
  units: readonly SettledUnit[],
  folding: Folding,
): ((unit: SettledUnit) => readonly SettledUnit[]) => {
  const inPods = new Map<string, SettledUnit[]>()
  for (const unit of units)
    for (const pod of podsOf(unit, folding, part => part !== 'below')) {
      const known = inPods.get(pod) ?? []
      inPods.set(pod, known)
      known.push(unit)
    }
  return own => {
    const pods = [...podsOf(own, folding, part => part === 'below')]
    return [...new Set(pods.flatMap(pod => inPods.get(pod) ?? []))].filter(({ unit }) => unit !== own.unit)
  }
}

/** One span for each pod, over everything of a kind that is in it. */
const spansOf = (
  pieces: readonly SettledEvidence[],
  folding: Folding,
  isWanted: (part: InPod['part']) => boolean,
  isAfter: boolean,
): readonly PodSpan[] => {
  const spans = new Map<string, PodSpan>()
  const { reach } = folding
  for (const piece of pieces) {
    for (const { pod, start, end, part } of placesOf(piece, folding)) {
      if (!isWanted(part)) continue
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
