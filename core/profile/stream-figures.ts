/** What became of the records of numbered streams, as numbers that add up. */
import type { Rejection } from '../model/evidence.ts'
import { addLost, type StreamFigures } from '../model/ledger.ts'

export const NO_FIGURES: StreamFigures = { received: 0, accepted: 0, duplicate: 0, rejected: {}, lost: 0 }

const counted = (reasons: Iterable<readonly [Rejection, number]>): StreamFigures['rejected'] => {
  const counts = new Map<Rejection, number>()
  for (const [reason, count] of reasons) counts.set(reason, (counts.get(reason) ?? 0) + count)
  return Object.fromEntries([...counts].sort(([a], [b]) => (a < b ? -1 : 1)))
}

const reasonsOf = ({ rejected }: StreamFigures): readonly (readonly [Rejection, number])[] =>
  // Reasons are written by this program alone.
  Object.entries(rejected) as [Rejection, number][]

/** `refused`: why, of each number whose record was rejected; `losses`: what each record that tells of one says. */
export const figuresOf = (
  received: number,
  numbers: number,
  refused: Iterable<Rejection>,
  losses: Iterable<number | null>,
): StreamFigures => {
  const reasons = [...refused]
  return {
    received,
    accepted: numbers - reasons.length,
    duplicate: received - numbers,
    rejected: counted(reasons.map(reason => [reason, 1])),
    lost: [...losses].reduce(addLost, 0),
  }
}

/** Of parts of which no record is in both. */
export const addFigures = (a: StreamFigures, b: StreamFigures): StreamFigures => ({
  received: a.received + b.received,
  accepted: a.accepted + b.accepted,
  duplicate: a.duplicate + b.duplicate,
  rejected: counted([...reasonsOf(a), ...reasonsOf(b)]),
  lost: addLost(a.lost, b.lost),
})
