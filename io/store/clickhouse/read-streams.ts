/** Rows of numbered streams → what became of each. A number is one record: accepted, or rejected where nothing else was ever said of it. */
import type { Rejection } from '../../../core/model/evidence.ts'
import type { StreamLedger } from '../../../core/model/ledger.ts'
import type { Engine } from './engine.ts'
import { fromWellFormed } from './well-formed.ts'

const STREAMS = `
  SELECT source, stream, toString(sum(times)) AS received, toString(uniqExact(sequence)) AS numbers,
    toString(max(sequence)) AS last, toString(maxIf(sequence, isEnd)) AS end, toString(sum(isEnd)) AS ends,
    uniqExact(sequence, claim) > uniqExact(sequence) OR uniqExactIf(sequence, isEnd) > 1 AS reused FROM (
    SELECT source, stream, sequence, claim, kind = 'end' AS isEnd,
      if(kind = 'rejected', toUInt64(amount), toUInt64(1)) * copies AS times FROM evidence WHERE stream != ''
  ) GROUP BY source, stream`

/** Of several reasons for one number it is the first by name. */
const REFUSED = `
  SELECT source, stream, reason, toString(count()) AS total FROM (
    SELECT source, stream, sequence, min(payload) AS reason FROM evidence WHERE stream != ''
    GROUP BY source, stream, sequence HAVING min(kind = 'rejected') = 1
  ) GROUP BY source, stream, reason ORDER BY source, stream, reason`

const LOST = `
  SELECT source, stream, toString(sumIf(once, once >= 0)) AS total, toString(countIf(once < 0)) AS unknown FROM (
    SELECT source, stream, id, any(amount) AS once FROM evidence WHERE stream != '' AND kind = 'loss'
    GROUP BY source, stream, id
  ) GROUP BY source, stream`

type OfStream<Columns extends string> = Record<'source' | 'stream' | Columns, string>

const keyOf = ({ source, stream }: OfStream<never>): string => JSON.stringify([source, stream])

/** By source. */
export const readStreams = async (engine: Engine): Promise<ReadonlyMap<string, readonly StreamLedger[]>> => {
  const rows = await engine.rows<OfStream<'received' | 'numbers' | 'last' | 'end' | 'ends'> & { reused: number }>(
    STREAMS,
  )
  if (rows.length === 0) return new Map()
  const refused = new Map<string, [Rejection, number][]>()
  for (const row of await engine.rows<OfStream<'reason' | 'total'>>(REFUSED)) {
    const known = refused.get(keyOf(row)) ?? []
    refused.set(keyOf(row), known)
    // Reasons are written by this program alone.
    known.push([row.reason as Rejection, Number(row.total)])
  }
  const lost = new Map(
    (await engine.rows<OfStream<'total' | 'unknown'>>(LOST)).map(
      row => [keyOf(row), row.unknown === '0' ? Number(row.total) : null] as const,
    ),
  )
  const streams = new Map<string, StreamLedger[]>()
  for (const row of rows) {
    const [received, numbers] = [Number(row.received), Number(row.numbers)]
    const rejected = refused.get(keyOf(row)) ?? []
    const known = streams.get(row.source) ?? []
    streams.set(row.source, known)
    known.push({
      stream: fromWellFormed(row.stream),
      received,
      accepted: numbers - rejected.reduce((sum, [, count]) => sum + count, 0),
      duplicate: received - numbers,
      rejected: Object.fromEntries(rejected),
      lost: lost.has(keyOf(row)) ? (lost.get(keyOf(row)) ?? null) : 0,
      numbers,
      last: Number(row.last),
      end: row.ends === '0' ? null : Number(row.end),
      reused: Number(row.reused) === 1,
    })
  }
  return streams
}
