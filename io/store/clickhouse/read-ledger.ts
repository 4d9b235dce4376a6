/** Ledgers of units, and what belongs to no workload → the ledger of the store. It balances because it is added up from what is there. */
import type { Rejection } from '../../../core/model/evidence.ts'
import type { Folding } from '../../../core/model/folding.ts'
import type { Ledger, PartLost, SourceLedger, StreamLedger } from '../../../core/model/ledger.ts'
import type { Engine } from './engine.ts'
import { readStreams } from './read-streams.ts'

interface Entry {
  readonly source: string
  /** `accepted`, `duplicate`, `lost`, or why it was rejected. */
  readonly reason: string
  readonly total: string
}

const OF_UNITS = `
  SELECT source, reason, toString(sum(count)) AS total FROM (
    SELECT ledger_source, ledger_reason, ledger_count FROM folds
    WHERE (workload, unit, generation) GLOBAL IN (
      SELECT workload, unit, max(generation) FROM folds GROUP BY workload, unit
    )
  ) ARRAY JOIN ledger_source AS source, ledger_reason AS reason, ledger_count AS count
  GROUP BY source, reason`

/** What was told of twice is counted once. */
const REJECTED = `
  SELECT source, reason, toString(sum(once)) AS total, toString(sum(once * (times - 1))) AS repeated FROM (
    SELECT source, payload AS reason, any(amount) AS once, sum(copies) AS times FROM evidence
    WHERE workload = '' AND kind = 'rejected' GROUP BY source, id, digest, payload, stream, sequence
  ) GROUP BY source, reason`

const LOST = `
  SELECT source, workloads, toString(count()) AS told, toString(sum(times - 1)) AS repeated,
    toString(sumIf(once, once >= 0)) AS total, toString(countIf(once < 0)) AS unknown FROM (
    SELECT source, payload AS workloads, any(amount) AS once, sum(copies) AS times FROM evidence
    WHERE workload = '' AND kind = 'loss' GROUP BY source, id, payload
  ) GROUP BY source, workloads ORDER BY source, workloads`

const ENDED = `
  SELECT source, toString(count()) AS told, toString(sum(times - 1)) AS repeated FROM (
    SELECT source, sum(copies) AS times FROM evidence WHERE workload = '' AND kind = 'end' GROUP BY source, id
  ) GROUP BY source`

/** `workloads`: of whom alone it can have been, as JSON; empty: of anybody. */
type LostRow = Record<'source' | 'workloads' | 'told' | 'repeated' | 'total' | 'unknown', string>

interface Account {
  accepted: number
  duplicate: number
  lost: number | null
  readonly lostOf: PartLost[]
  readonly rejected: Map<string, number>
  readonly streams: StreamLedger[]
}

export const readLedger = async (engine: Engine, { streamsOf }: Folding): Promise<Ledger> => {
  const accounts = new Map<string, Account>()
  const account = (source: string): Account => {
    const known = accounts.get(source) ?? {
      accepted: 0,
      duplicate: 0,
      lost: 0,
      lostOf: [],
      rejected: new Map<string, number>(),
      streams: [],
    }
    accounts.set(source, known)
    return known
  }
  const reject = ({ rejected }: Account, reason: string, count: number): void => {
    if (count > 0) rejected.set(reason, (rejected.get(reason) ?? 0) + count)
  }
  for (const { source, reason, total } of await engine.rows<Entry>(OF_UNITS)) {
    const own = account(source)
    if (reason === 'accepted') own.accepted += Number(total)
    else if (reason === 'duplicate') own.duplicate += Number(total)
    else reject(own, reason, Number(total))
  }
  for (const { source, reason, total, repeated } of await engine.rows<Entry & { readonly repeated: string }>(
    REJECTED,
  )) {
    const own = account(source)
    reject(own, reason, Number(total))
    own.duplicate += Number(repeated)
  }
  for (const row of await engine.rows<LostRow>(LOST)) {
    const own = account(row.source)
    own.accepted += Number(row.told)
    own.duplicate += Number(row.repeated)
    const lost = row.unknown === '0' ? Number(row.total) : null
    if (row.workloads === '') own.lost = lost
    else own.lostOf.push({ workloads: JSON.parse(row.workloads), lost })
  }
  for (const { source, told, repeated } of await engine.rows<Record<'source' | 'told' | 'repeated', string>>(ENDED)) {
    const own = account(source)
    own.accepted += Number(told)
    own.duplicate += Number(repeated)
  }
  for (const [source, streams] of await readStreams(engine)) account(source).streams.push(...streams)
  return [...accounts]
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    .map(([source, own]) => entryOf(source, own, streamsOf))
}

const entryOf = (
  source: string,
  { accepted, duplicate, lost, lostOf, rejected, streams }: Account,
  streamsOf: Folding['streamsOf'],
): SourceLedger => ({
  source,
  received: accepted + duplicate + [...rejected.values()].reduce((sum, count) => sum + count, 0),
  accepted,
  duplicate,
  // Reasons are written by this program alone.
  rejected: Object.fromEntries([...rejected].sort(([a], [b]) => (a < b ? -1 : 1))) as Partial<
    Record<Rejection, number>
  >,
  lost,
  ...(lostOf.length === 0 ? {} : { lostOf }),
  ...(streams.length === 0 ? {} : { streams: streamsOf(streams) }),
})
