/**
 * Records by their number in the stream of their writer → which are missing. Order and duplicates change nothing. A record that was
 * rejected came, and is not missing.
 */
import { type EvidenceItem, lossKey, type Rejection } from '../model/evidence.ts'
import { isBalanced, STREAM_CAP, type StreamLedger, type StreamsLedger } from '../model/ledger.ts'
import { createNumberSet, type NumberSet } from './number-set.ts'
import { addFigures, figuresOf, NO_FIGURES } from './stream-figures.ts'

interface Stream {
  received: number
  readonly numbers: NumberSet
  /** Number → id, of records whose id is not their place: a number is one record's. */
  readonly ids: Map<number, string>
  /** Numbers whose record was rejected, and why. */
  readonly refused: Map<number, Rejection>
  /** Id and number of each loss that was told of → its number. */
  readonly losses: Map<string, number | null>
  end: number | null
  reused: boolean
}

export interface StreamBook {
  add(item: EvidenceItem): void
  /** Undefined where no record was numbered. */
  close(): StreamsLedger | undefined
}

/** The id of a numbered record that brings none. */
const placeId = (stream: string, sequence: number): string => `${stream}/${sequence}`

const idOf = (item: EvidenceItem): string =>
  item.kind === 'rejected' ? '' : item.kind === 'observation' ? item.observation.id : item.id

const byStream = (a: StreamLedger, b: StreamLedger): number => (a.stream < b.stream ? -1 : a.stream > b.stream ? 1 : 0)

/** Streams of one source: those that balance are counted, the others named. */
export const summed = (streams: readonly StreamLedger[]): StreamsLedger => {
  const unbalanced = streams.filter(stream => !isBalanced(stream)).sort(byStream)
  return {
    balanced: streams.length - unbalanced.length,
    unbalanced: unbalanced.slice(0, STREAM_CAP),
    more: Math.max(0, unbalanced.length - STREAM_CAP),
    total: streams.reduce(addFigures, NO_FIGURES),
  }
}

/** Why the number counts as rejected: because nothing else was ever said of it. Of several reasons it is one, in whatever order. */
const refuse = ({ refused }: Stream, number: number, isNew: boolean, item: EvidenceItem): void => {
  if (item.kind !== 'rejected') {
    refused.delete(number)
    return
  }
  const known = refused.get(number)
  if (isNew || (known !== undefined && item.reason < known)) refused.set(number, item.reason)
}

export const openStreams = (): StreamBook => {
  const streams = new Map<string, Stream>()
  return {
    add: item => {
      if (item.position === undefined) return
      const { stream, sequence } = item.position
      let found = streams.get(stream)
      if (found === undefined) {
        found = {
          received: 0,
          numbers: createNumberSet(),
          ids: new Map(),
          refused: new Map(),
          losses: new Map(),
          end: null,
          reused: false,
        }
        streams.set(stream, found)
      }
      found.received += 1
      const id = idOf(item)
      const own = id === placeId(stream, sequence) ? undefined : id
      const isNew = found.numbers.add(sequence)
      if (!isNew) found.reused ||= found.ids.get(sequence) !== own
      else if (own !== undefined) found.ids.set(sequence, own)
      refuse(found, sequence, isNew, item)
      if (item.kind === 'loss') found.losses.set(lossKey(item), item.count)
      if (item.kind !== 'end') return
      found.reused ||= found.end !== null && found.end !== sequence
      found.end = Math.max(found.end ?? 0, sequence)
    },
    close: () =>
      streams.size === 0
        ? undefined
        : summed(
            [...streams].map(([stream, { received, numbers, refused, losses, end, reused }]) => ({
              stream,
              ...figuresOf(received, numbers.size(), refused.values(), losses.values()),
              numbers: numbers.size(),
              last: numbers.last(),
              end,
              reused,
            })),
          ),
  }
}

const later = (a: number | null, b: number | null): number | null => (a === null ? b : b === null ? a : Math.max(a, b))

/** Two parts of one stream, of which no record is in both. */
const mergeStream = (a: StreamLedger, b: StreamLedger): StreamLedger => {
  const [numbers, last] = [a.numbers + b.numbers, Math.max(a.last, b.last)]
  return {
    stream: a.stream,
    ...addFigures(a, b),
    numbers,
    last,
    end: later(a.end, b.end),
    reused: a.reused || b.reused || (a.end !== null && b.end !== null) || numbers > last,
  }
}

/** Of evidence that is in one of them only: what balances alone has no part in the other. */
export const mergeStreams = (a: StreamsLedger | undefined, b: StreamsLedger | undefined): StreamsLedger | undefined => {
  if (a === undefined || b === undefined) return a ?? b
  const merged = new Map(a.unbalanced.map(stream => [stream.stream, stream]))
  for (const stream of b.unbalanced) {
    const other = merged.get(stream.stream)
    merged.set(stream.stream, other === undefined ? stream : mergeStream(other, stream))
  }
  const { balanced, unbalanced, more } = summed([...merged.values()])
  return {
    balanced: a.balanced + b.balanced + balanced,
    unbalanced,
    more: a.more + b.more + more,
    total: addFigures(a.total, b.total),
  }
}
