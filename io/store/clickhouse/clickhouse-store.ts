/** A store of evidence on ClickHouse: the same tables and the same SQL in the embedded engine, on a server and on a cluster. */
import { randomInt } from 'node:crypto'
import type { Folding } from '../../../core/model/folding.ts'
import { troublesIn } from '../../../core/model/ledger.ts'
import type { Marking } from '../../../core/model/mark.ts'
import type { Profile } from '../../../core/model/profile.ts'
import { type Workload, workloadKey, workloadOfKey } from '../../../core/model/workload.ts'
import type { FilePart, LostFile } from '../../evidence/read-records.ts'
import type { Batch, EvidenceStore } from '../evidence-store.ts'
import { readBookmarks, writeBookmarks } from './bookmarks.ts'
import { readDerivations, writeDerivations } from './derivations.ts'
import type { Engine } from './engine.ts'
import { createEvidenceWriter } from './evidence-writer.ts'
import { createWholeUnits, type WholeUnitsOptions } from './fold-whole.ts'
import { fingerprint, rowsOf } from './item-rows.ts'
import { loadParts } from './load-parts.ts'
import { prune } from './prune.ts'
import { readLedger } from './read-ledger.ts'
import { readPortions } from './read-portions.ts'
import { readProfile, type Stored } from './read-profile.ts'
import { settle } from './settle.ts'
import type { Cluster } from './tables.ts'

/** Those that have evidence. */
const WORKLOADS = `
  SELECT workload, toString(sum(had)) AS seen, toString(sum(cityHash64(unit, latest))) AS folds FROM (
    SELECT workload, unit, argMax(seen, generation) AS had, max(generation) AS latest FROM folds GROUP BY workload, unit
  ) WHERE had > 0 GROUP BY workload ORDER BY workload`

interface WorkloadRow {
  readonly workload: string
  readonly seen: string
  /** Of its units, and which fold of each is the newest. */
  readonly folds: string
}

interface StoredFolds extends Stored {
  readonly folds: string
}

const storedIn = async (engine: Engine): Promise<ReadonlyMap<string, StoredFolds>> => {
  const rows = await engine.rows<WorkloadRow>(WORKLOADS)
  // The order of the engine is that of bytes, and not that of this language.
  const keys = [...rows].sort((a, b) => (a.workload < b.workload ? -1 : 1))
  return new Map(
    keys.map(({ workload: key, seen, folds }) => [
      key,
      { workload: workloadOfKey(key), key, seen: Number(seen), folds: `${seen} ${folds}` },
    ]),
  )
}

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
      const stored = await storedIn(engine)
      const ledger = await readLedger(engine, folding)
      const troubles = JSON.stringify(troublesIn(ledger))
      const profileWith = async (workload: Workload, marking: Marking | null): Promise<Profile | null> => {
        const own = stored.get(workloadKey(workload))
        if (own === undefined) return null
        const profile = await readProfile(engine, folding, own, marking)
        return { ...profile, ledger: folding.ledgerOf(profile, ledger) }
      }
      return {
        workloads: [...stored.values()].map(({ workload }) => workload),
        ledger,
        evidenceOf: workload => {
          const own = stored.get(workloadKey(workload))
          return own === undefined ? null : `${own.folds} ${troubles}`
        },
        profile: workload => profileWith(workload, null),
        marked: profileWith,
        portions: (workloads, marking) =>
          readPortions(
            engine,
            folding,
            ledger,
            workloads.flatMap(workload => stored.get(workloadKey(workload)) ?? []),
            marking,
          ),
      }
    },
    prune: before => {
      whole.forget()
      return prune(engine, cluster, before)
    },
    bookmark: (reader, files) => writeBookmarks(engine, reader, files, generation()),
    bookmarks: reader => readBookmarks(engine, reader),
    derived: (place, made) => writeDerivations(engine, place, made, generation()),
    derivations: place => readDerivations(engine, place),
    close: async () => {
      await whole.close()
      await engine.close()
    },
  }
}
