/** A store of evidence on ClickHouse: the same tables and the same SQL in the embedded engine, on a server and on a cluster. */
import type { Folding } from '../../../core/model/folding.ts'
import { workloadKey } from '../../../core/model/workload.ts'
import type { EvidenceStore } from '../evidence-store.ts'
import type { Engine } from './engine.ts'
import { type EvidenceRow, rowsOf } from './item-rows.ts'
import { prune } from './prune.ts'
import { readLedger } from './read-ledger.ts'
import { readProfile } from './read-profile.ts'
import { settle } from './settle.ts'
import type { Cluster } from './tables.ts'

/** Rows and characters of one insert: what is in memory twice for a moment. */
const INSERT = { rows: 20_000, characters: 16_777_216 }

function* insertsOf(rows: readonly EvidenceRow[]): Iterable<readonly EvidenceRow[]> {
  let piece: EvidenceRow[] = []
  let characters = 0
  for (const row of rows) {
    if (piece.length > 0 && (piece.length >= INSERT.rows || characters + row.payload.length > INSERT.characters)) {
      yield piece
      ;[piece, characters] = [[], 0]
    }
    piece.push(row)
    characters += row.payload.length
  }
  if (piece.length > 0) yield piece
}

const WORKLOADS = `
  SELECT workload FROM (SELECT workload, unit, argMax(seen, generation) AS had FROM folds GROUP BY workload, unit)
  WHERE had > 0 GROUP BY workload ORDER BY workload`

const workloadOf = (key: string) => {
  const slash = key.indexOf('/')
  return { namespace: key.slice(0, slash), name: key.slice(slash + 1) }
}

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
      for (const rows of insertsOf(rowsOf(batch, folding, day()))) await engine.insert('evidence', rows)
    },
    read: async () => {
      await settled()
      const keys = (await engine.rows<{ readonly workload: string }>(WORKLOADS)).map(({ workload }) => workload)
      const ledger = await readLedger(engine, folding)
      return {
        workloads: keys.sort().map(workloadOf),
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
    close: () => engine.close(),
  }
}
