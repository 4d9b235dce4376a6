/** Counting what came in: received = accepted + duplicate + rejected(reason), per source, whatever happens. */
import type { EvidenceItem, Rejection } from '../model/evidence.ts'
import { addLost, type Ledger, type PartLost, type SourceLedger, type StreamsLedger } from '../model/ledger.ts'
import { covers } from '../model/workload-pattern.ts'
import { mergeStreams, openStreams, type StreamBook } from './streams.ts'

interface Account {
  received: number
  accepted: number
  duplicate: number
  lost: number | null
  /** By the workloads that a loss is of, as text. */
  readonly lostOf: Map<string, PartLost>
  readonly rejected: Map<Rejection, number>
  readonly streams: StreamBook
}

export interface LedgerBook {
  /** Where the item stands in a numbered stream. Besides what becomes of it. */
  number(source: string, item: EvidenceItem): void
  accept(source: string): void
  /** So many items that came again. */
  duplicate(source: string, count: number): void
  reject(source: string, reason: Rejection): void
  /** So many items with the id of another one, which they contradict. `copies`: duplicates so far of the one that is not kept. */
  contradict(source: string, count: number, copies: number): void
  /** The sensor says that it lost `count` events (null: an unknown number), of these workloads or of any. The record itself is accepted. */
  lose(source: string, count: number | null, workloads?: readonly string[]): void
  /** `repeats`: sources of accepted items that turned out to tell of another one's behavior again, a name for each. */
  close(repeats: readonly string[]): Ledger
}

/** The source of records that no source recognizes. */
export const UNRECOGNIZED = 'unrecognized'

const byName = <T>([a]: readonly [string, T], [b]: readonly [string, T]): number => (a < b ? -1 : a > b ? 1 : 0)

const withStreams = (streams: StreamsLedger | undefined): Pick<SourceLedger, 'streams'> =>
  streams === undefined ? {} : { streams }

const addPart = (parts: Map<string, PartLost>, { workloads, lost }: PartLost): void => {
  const key = JSON.stringify(workloads)
  const known = parts.get(key)
  parts.set(key, { workloads, lost: known === undefined ? lost : addLost(known.lost, lost) })
}

const withLostOf = (parts: ReadonlyMap<string, PartLost>): Pick<SourceLedger, 'lostOf'> =>
  parts.size === 0 ? {} : { lostOf: [...parts].sort(byName).map(([, part]) => part) }

const entryOf = (source: string, account: Account, repeated: number): SourceLedger => ({
  source,
  received: account.received,
  accepted: account.accepted - repeated,
  duplicate: account.duplicate + repeated,
  rejected: Object.fromEntries([...account.rejected].sort(byName)),
  lost: account.lost,
  ...withLostOf(account.lostOf),
  ...withStreams(account.streams.close()),
})

export const openLedger = (): LedgerBook => {
  const accounts = new Map<string, Account>()
  const open = (source: string): Account => {
    let found = accounts.get(source)
    if (found === undefined) {
      found = {
        received: 0,
        accepted: 0,
        duplicate: 0,
        lost: 0,
        lostOf: new Map(),
        rejected: new Map(),
        streams: openStreams(),
      }
      accounts.set(source, found)
    }
    return found
  }
  const account = (source: string, count = 1): Account => {
    const found = open(source)
    found.received += count
    return found
  }
  return {
    number: (source, item) => {
      if (item.position !== undefined) open(source).streams.add(item)
    },
    accept: source => {
      account(source).accepted++
    },
    duplicate: (source, count) => {
      account(source, count).duplicate += count
    },
    contradict: (source, count, copies) => {
      const found = account(source, count)
      found.duplicate -= copies
      found.rejected.set('conflicting-id', (found.rejected.get('conflicting-id') ?? 0) + count + copies)
    },
    reject: (source, reason) => {
      const { rejected } = account(source)
      rejected.set(reason, (rejected.get(reason) ?? 0) + 1)
    },
    lose: (source, count, workloads) => {
      const losing = account(source)
      losing.accepted++
      if (workloads === undefined) losing.lost = addLost(losing.lost, count)
      else addPart(losing.lostOf, { workloads, lost: count })
    },
    close: repeats => {
      const told = new Map<string, number>()
      for (const source of repeats) told.set(source, (told.get(source) ?? 0) + 1)
      return [...accounts].sort(byName).map(([source, entry]) => entryOf(source, entry, told.get(source) ?? 0))
    },
  }
}

const partsOf = (...entries: readonly SourceLedger[]): ReadonlyMap<string, PartLost> => {
  const parts = new Map<string, PartLost>()
  for (const { lostOf = [] } of entries) for (const part of lostOf) addPart(parts, part)
  return parts
}

/** The part of a ledger that concerns a workload, of which these sources told: its own losses, and those that may be anybody's. */
export const ledgerFor = (ledger: Ledger, workload: string, sources: ReadonlySet<string>): Ledger =>
  ledger
    .filter(({ source }) => source === UNRECOGNIZED || sources.has(source))
    .map(({ lostOf = [], ...entry }) => ({
      ...entry,
      lost: lostOf.reduce(
        (sum, part) => (covers(part.workloads, workload) ? addLost(sum, part.lost) : sum),
        entry.lost,
      ),
    }))

/** Adds two ledgers, source by source. */
export const mergeLedgers = (a: Ledger, b: Ledger): Ledger => {
  const merged = new Map(a.map(entry => [entry.source, entry]))
  for (const entry of b) {
    const other = merged.get(entry.source)
    if (other === undefined) {
      merged.set(entry.source, entry)
      continue
    }
    const reasons = new Set([...Object.keys(other.rejected), ...Object.keys(entry.rejected)] as Rejection[])
    merged.set(entry.source, {
      source: entry.source,
      received: other.received + entry.received,
      accepted: other.accepted + entry.accepted,
      duplicate: other.duplicate + entry.duplicate,
      rejected: Object.fromEntries(
        [...reasons].sort().map(reason => [reason, (other.rejected[reason] ?? 0) + (entry.rejected[reason] ?? 0)]),
      ),
      lost: addLost(other.lost, entry.lost),
      ...withLostOf(partsOf(other, entry)),
      ...withStreams(mergeStreams(other.streams, entry.streams)),
    })
  }
  return [...merged].sort(byName).map(([, entry]) => entry)
}
