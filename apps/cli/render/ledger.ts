/** The ledger: what became of every item that each source sent. Once as Markdown, once as plain lines for a terminal. */
import { REJECTIONS, type Rejection } from '../../../core/model/evidence.ts'
import type { Ledger, SourceLedger } from '../../../core/model/ledger.ts'
import { blocks, bullets, code, type Markdown, md, NOTHING, prose, table } from './markdown.ts'
import { count } from './numbers.ts'
import { columns } from './terminal.ts'
import { visible } from './visible.ts'

const reasons = Object.keys(REJECTIONS) as Rejection[] // The keys of a literal are exactly its codes.

const rejectedOf = ({ rejected }: SourceLedger): readonly (readonly [Rejection, number])[] =>
  reasons.flatMap(reason => {
    const number = rejected[reason] ?? 0
    return number > 0 ? [[reason, number] as const] : []
  })

const total = (entry: SourceLedger): number => rejectedOf(entry).reduce((sum, [, number]) => sum + number, 0)
const lost = (entry: SourceLedger): string => (entry.lost === null ? 'unknown' : count(entry.lost))

export const ledgerSection = (ledger: Ledger): Markdown => {
  if (ledger.length === 0) return blocks([md`## Ledger`, md`Empty.`])
  const rows = ledger.map(entry => [
    code(entry.source),
    ...[entry.received, entry.accepted, entry.duplicate, total(entry)].map(number => md`${number}`),
    prose(lost(entry)),
  ])
  const why = ledger.flatMap(entry =>
    rejectedOf(entry).map(([reason, number]) => md`${entry.source}: ${number} rejected: ${prose(REJECTIONS[reason])}`),
  )
  return blocks([
    md`## Ledger`,
    table(['Source', 'Received', 'Accepted', 'Duplicate', 'Rejected', 'Lost by the sensor'], rows),
    why.length > 0 ? bullets(why) : NOTHING,
  ])
}

/** For standard error: one aligned line per source, and one per reason of rejection. Ends with a line feed; empty for none. */
export const ledgerText = (ledger: Ledger): string => {
  const lines = columns(
    ['source', 'received', 'accepted', 'duplicate', 'rejected', 'lost'],
    ledger.map(entry => [
      visible(entry.source, 40),
      ...[entry.received, entry.accepted, entry.duplicate, total(entry)].map(count),
      lost(entry),
    ]),
  )
  const why = ledger.flatMap(entry =>
    rejectedOf(entry).map(
      ([reason, number]) => `  ${visible(entry.source, 40)}: ${count(number)} ${reason}: ${REJECTIONS[reason]}`,
    ),
  )
  return ledger.length === 0 ? '' : `${[...lines, ...why].join('\n')}\n`
}
