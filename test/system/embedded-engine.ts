/** The embedded engine on a folder of its own, which is emptied for each test: a process can open one folder. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll } from 'vitest'
import { FOLDING } from '../../core/pipeline.ts'
import { createClickhouseStore } from '../../io/store/clickhouse/clickhouse-store.ts'
import type { Engine } from '../../io/store/clickhouse/engine.ts'
import type { WholeUnitsOptions } from '../../io/store/clickhouse/fold-whole.ts'
import { embeddedEngine } from '../../io/store/clickhouse/open-clickhouse.ts'
import { tablesWithRows } from '../../io/store/clickhouse/tables.ts'
import type { EvidenceStore } from '../../io/store/evidence-store.ts'

export const emptied = async (
  engine: Engine,
  tables = tablesWithRows(null),
  options: WholeUnitsOptions = {},
): Promise<EvidenceStore> => {
  for (const table of tables) await engine.command(`TRUNCATE TABLE ${table}`)
  return createClickhouseStore(engine, FOLDING, Date.now, null, options)
}

/** One for all tests of a file, from its first to its last. */
export const embeddedForAll = (): { readonly engine: () => Engine } => {
  let opened: Engine
  let folder: Awaited<ReturnType<typeof temporaryFolder>>
  beforeAll(async () => {
    folder = await temporaryFolder()
    opened = await embeddedEngine(folder.path)
  })
  afterAll(async () => {
    await opened.close()
    await folder.remove()
  })
  return { engine: () => opened }
}

export const temporaryFolder = async (): Promise<{ readonly path: string; remove(): Promise<void> }> => {
  const path = await mkdtemp(join(tmpdir(), 'ambit-store-'))
  return { path, remove: () => rm(path, { recursive: true, force: true }) }
}
