/** A store of evidence on ClickHouse: the same tables and the same SQL in the embedded engine, on a server and on a cluster. */
import type { Folding } from '../../../core/model/folding.ts'
import { workloadKey, workloadOfKey } from '../../../core/model/workload.ts'
import type { EvidenceStore } from '../evidence-store.ts'
import { readBookmarks, writeBookmarks } from './bookmarks.ts'
import type { Engine } from './engine.ts'
import { rowsOf } from './item-rows.ts'
import { type PieceLimits, piecesOf } from './pieces.ts'
import { prune } from './prune.ts'
import { readLedger } from './read-ledger.ts'
import { readProfile } from './read-profile.ts'
import { settle } from './settle.ts'
import type { Cluster } from './tables.ts'

/** Rows of one insert, and characters: what is in memory twice for a moment. */
const INSERT: PieceLimits = { count: 20_000, weight: 16_777_216 }

const WORKLOADS = `
  SELECT workload FROM (SELECT workload, unit, argMax(seen, generation) AS had FROM folds GROUP BY workload, unit)
  WHERE had > 0 GROUP BY workload`

/** `now`: milliseconds since the epoch. */
export const createClickhouseStore = (
  engine: Engine,
  folding: Folding,
  now: () => number,
  cluster: Cluster | null = null,
): EvidenceStore => {
  const day = (): string => new Date(now()).toISOString().slice(0, 10)
  let latest = 0
  const generation = (): number => {
    latest = Math.max(latest + 1, now() * 1_000)
    return latest
  }
  // One at a time: two that fold the same units would only do it twice.
  let settling: Promise<void> = Promise.resolve()
  const settled = (): Promise<void> => {
    settling = settling.catch(() => undefined).then(() => settle(engine, folding, { generation, day }))
    return settling
  }
  return {
    append: async batch => {
      const rows = rowsOf(batch, folding, day())
      for (const piece of piecesOf(rows, INSERT, ({ payload }) => payload.length))
        await engine.insert('evidence', piece)
    },
    read: async () => {
      await settled()
      const keys = (await engine.rows<{ readonly workload: string }>(WORKLOADS)).map(({ workload }) => workload)
      const ledger = await readLedger(engine, folding)
      return {
        workloads: keys.sort().map(workloadOfKey),
        ledger,
        profile: async workload => {
          const key = workloadKey(workload)
          if (!keys.includes(key)) return null
          const profile = await readProfile(engine, folding, workload, key)
          return { ...profile, ledger: folding.ledgerOf(profile, ledger) }
        },
      }
    },
    prune: before => prune(engine, cluster, before),
    bookmark: (reader, files) => writeBookmarks(engine, reader, files, generation()),
    bookmarks: reader => readBookmarks(engine, reader),
    close: () => engine.close(),
  }
}
