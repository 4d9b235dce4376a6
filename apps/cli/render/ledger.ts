/** The ledger: what became of every item that each source sent. Once as Markdown, once as plain lines for a terminal. */
import { REJECTIONS, type Rejection } from '../../../core/model/evidence.ts'
import {
  allLost,
  type Ledger,
  missingOf,
  type SourceLedger,
  type StreamFigures,
  type StreamLedger,
} from '../../../core/model/ledger.ts'
import { blocks, bullets, code, type Markdown, md, NOTHING, prose, table } from './markdown.ts'
import { count, many } from './numbers.ts'
import { columns } from './terminal.ts'
import { visible } from './visible.ts'

const reasons = Object.keys(REJECTIONS) as Rejection[] // The keys of a literal are exactly its codes.

const rejectedOf = ({ rejected }: Pick<SourceLedger, 'rejected'>): readonly (readonly [Rejection, number])[] =>
  reasons.flatMap(reason => {
    const number = rejected[reason] ?? 0
    return number > 0 ? [[reason, number] as const] : []
  })

const total = (entry: Pick<SourceLedger, 'rejected'>): number =>
  rejectedOf(entry).reduce((sum, [, number]) => sum + number, 0)
const lost = (entry: Pick<SourceLedger, 'lost' | 'lostOf'>): string => {
  const all = allLost(entry)
  return all === null ? 'unknown' : count(all)
}

const figuresText = (figures: StreamFigures): string => {
  const { received, accepted, duplicate } = figures
  const why = rejectedOf(figures).map(([reason, number]) => `${count(number)} ${reason}`)
  return [
    `${count(received)} received = ${count(accepted)} accepted + ${count(duplicate)} duplicate + ${count(total(figures))} rejected`,
    ...(why.length === 0 ? [] : [` (${why.join(', ')})`]),
    ...(figures.lost === 0 ? [] : [`, ${lost(figures)} lost`]),
  ].join('')
}

/** Streams that are told of one by one; the ledger as JSON has more. */
const SHOWN = 5

/** Those that did not come whole, what became of each. */
const streamsShown = ({ streams }: SourceLedger): readonly (readonly [stream: string, what: string])[] =>
  (streams?.unbalanced ?? []).slice(0, SHOWN).map((stream: StreamLedger) => {
    const missing = missingOf(stream)
    return [stream.stream, `${figuresText(stream)}${missing > 0 ? `, ${count(missing)} missing` : ''}`]
  })

/** What the numbers of the source's streams tell, a sentence each; none where no record is numbered. */
const streamSentences = ({ streams }: SourceLedger): readonly string[] => {
  if (streams === undefined) return []
  const { balanced, unbalanced, more } = streams
  const missing = unbalanced.reduce((sum, stream) => sum + missingOf(stream), 0)
  const open = unbalanced.filter(({ end, last }) => end !== last).length
  const reused = unbalanced.filter(stream => stream.reused).length
  const all = balanced + unbalanced.length + more
  return [
    `${count(balanced)} of ${many(all, 'numbered stream')} came whole: ${figuresText(streams.total)}`,
    ...(missing > 0 ? [`${many(missing, 'numbered record')} did not come`] : []),
    ...(open > 0 ? [`${many(open, 'stream')} without an end: a tail may be missing`] : []),
    ...(reused > 0 ? [`${many(reused, 'stream')} in which two records claim one number`] : []),
  ]
}

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
  const streams = ledger.flatMap(entry => [
    ...streamSentences(entry).map(sentence => md`${entry.source}: ${prose(sentence)}`),
    ...streamsShown(entry).map(([stream, what]) => md`${entry.source}: stream ${code(stream)}: ${prose(what)}`),
  ])
  return blocks([
    md`## Ledger`,
    table(['Source', 'Received', 'Accepted', 'Duplicate', 'Rejected', 'Lost by the sensor'], rows),
    why.length + streams.length > 0 ? bullets([...why, ...streams]) : NOTHING,
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
  const streams = ledger.flatMap(entry =>
    // That all came is no news.
    entry.streams === undefined || entry.streams.unbalanced.length === 0
      ? []
      : [
          ...streamSentences(entry).map(sentence => `  ${visible(entry.source, 40)}: ${sentence}`),
          ...streamsShown(entry).map(
            ([stream, what]) => `  ${visible(entry.source, 40)}: stream ${visible(stream, 60)}: ${what}`,
          ),
        ],
  )
  return ledger.length === 0 ? '' : `${[...lines, ...why, ...streams].join('\n')}\n`
}
