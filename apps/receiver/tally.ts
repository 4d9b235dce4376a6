/** What came of a request's items → numbers by reason, and one line for the sender's log. Never a value: only what the program says. */
import { REJECTIONS, type Rejection } from '../../core/model/evidence.ts'
import type { Decoded } from '../../io/store/decoded.ts'

export interface Tally {
  readonly received: number
  readonly rejected: ReadonlyMap<Rejection, number>
}

/** Most spans of any trace are no tool calls: that they are no evidence is nothing to warn of. */
const EXPECTED: Rejection = 'not-behavior'

export const tallyOf = (records: readonly Decoded[]): Tally => {
  const rejected = new Map<Rejection, number>()
  let received = 0
  for (const { items } of records) {
    received += items.length
    for (const item of items)
      if (item.kind === 'rejected') rejected.set(item.reason, (rejected.get(item.reason) ?? 0) + 1)
  }
  return { received, rejected: new Map([...rejected].sort()) }
}

/** What the sender should know of: how many, and why. */
export const unexpected = ({ rejected }: Tally): { readonly count: number; readonly why: string } => {
  const told = [...rejected].filter(([reason]) => reason !== EXPECTED)
  return {
    count: told.reduce((sum, [, count]) => sum + count, 0),
    why: told.map(([reason, count]) => `${count} ${reason}: ${REJECTIONS[reason]}`).join('; '),
  }
}
