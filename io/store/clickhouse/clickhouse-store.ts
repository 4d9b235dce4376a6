/** A store of evidence on ClickHouse: the same tables and the same SQL in the embedded engine, on a server and on a cluster. */
import { randomInt } from 'node:crypto'
import type { Folding } from '../../../core/model/folding.ts'
import type { Marking } from '../../../core/model/mark.ts'
import type { Profile } from '../../../core/model/profile.ts'
import { type Workload, workloadKey, workloadOfKey } from '../../../core/model/workload.ts'
import type { FilePart, LostFile } from '../../evidence/read-records.ts'
import type { Batch, EvidenceStore } from '../evidence-store.ts'
import { readBookmarks, writeBookmarks } from './bookmarks.ts'
import type { Engine } from './engine.ts'
import { createEvidenceWriter } from './evidence-writer.ts'
import { createWholeUnits, type WholeUnitsOptions } from './fold-whole.ts'
import { fingerprint, rowsOf } from './item-rows.ts'
import { loadParts } from './load-parts.ts'
import { prune } from './prune.ts'
import { readLedger } from './read-ledger.ts'
import { readProfile } from './read-profile.ts'
import { settle } from './settle.ts'
import type { Cluster } from './tables.ts'

const WORKLOADS = `
  SELECT workload FROM (SELECT workload, unit, argMax(seen, generation) AS had FROM folds GROUP BY workload, unit)
  WHERE had > 0 GROUP BY workload`

/** A file below a folder that could not be read, as what was rejected. */
const batchOfLost = ({ file, problem: reason, detail }: LostFile, source: string): Batch => ({
  id: fingerprint(`${file} ${reason} ${detail}`),
  records: [{ source, items: [{ kind: 'rejected', reason, detail }] }],
})

/** `now`: milliseconds since the epoch. */
export const createClickhouseStore = (
  engine: Engine,
  folding: Folding,
  now: () => number,
  cluster: Cluster | null = null,
  options: WholeUnitsOptions = {},
): EvidenceStore => {
  const day = (): string => new Date(now()).toISOString().slice(0, 10)
  // Microseconds that no other process has in the same millisecond: two folds of one generation would be one.
  const own = randomInt(1_000)
  let latest = 0
  const generation = (): number => {
    latest = Math.max(latest + 1, now() * 1_000 + own)
    return latest
  }
  const clock = { generation, day }
  const whole = createWholeUnits(engine, folding, clock, options)
  // One at a time: two that fold the same units would only do it twice.
  let settling: Promise<void> = Promise.resolve()
  const settled = (): Promise<void> => {
    settling = settling
      .catch(() => undefined)
      .then(async () => {
        await whole.foldAll()
        await settle(engine, folding, clock)
      })
    return settling
  }
  const writer = createEvidenceWriter(engine, whole.add)
  const append = async (batch: Batch): Promise<void> => writer.write(rowsOf(batch, folding, day()))
  return {
    append,
    load: async load => {
      const parts = async function* (): AsyncGenerator<FilePart> {
        for await (const part of load.parts) {
          if ('part' in part) yield part
          else await append(batchOfLost(part, load.unread))
        }
      }
      await loadParts(engine, folding, clock, parts(), load, options.kept)
    },
    read: async () => {
      await settled()
      const keys = (await engine.rows<{ readonly workload: string }>(WORKLOADS)).map(({ workload }) => workload)
      const ledger = await readLedger(engine, folding)
      const profileWith = async (workload: Workload, marking: Marking | null): Promise<Profile | null> => {
        const key = workloadKey(workload)
        if (!keys.includes(key)) return null
        const profile = await readProfile(engine, folding, workload, key, marking)
        return { ...profile, ledger: folding.ledgerOf(profile, ledger) }
      }
      return {
        workloads: keys.sort().map(workloadOfKey),
        ledger,
        profile: workload => profileWith(workload, null),
        marked: profileWith,
      }
    },
    prune: before => {
      whole.forget()
      return prune(engine, cluster, before)
    },
    bookmark: (reader, files) => writeBookmarks(engine, reader, files, generation()),
    bookmarks: reader => readBookmarks(engine, reader),
    close: async () => {
      await whole.close()
      await engine.close()
    },
  }
}
