/** Lets go of whole days. A unit of which a part is left is folded again from that part. */

import { StoreError } from '../store-error.ts'
import type { Engine } from './engine.ts'
import { literal } from './literal.ts'
import { type Cluster, TABLES, tablesWithRows } from './tables.ts'

const LEFT = {
  code: 'store-failed',
  what: 'what is to be let go of is still there',
  where: null,
  help: 'servers of one shard were down meanwhile: prune again',
} as const

export const prune = async (engine: Engine, cluster: Cluster | null, before: string): Promise<void> => {
  const local = tablesWithRows(cluster)
  for (const [index, { name }] of TABLES.entries()) {
    // Asked over all servers, told to each: one that has nothing of the day drops nothing.
    const days = () =>
      engine.rows<{ readonly written: string }>(
        `SELECT DISTINCT toString(day) AS written FROM ${name} WHERE day < toDate(${literal(before)})`,
      )
    for (const { written } of await days())
      await engine.command(`ALTER TABLE ${local[index]} DROP PARTITION ${literal(written)}`)
    // Of replicas those that are up are told: of a shard it may have been none.
    if (cluster?.replicated === true && (await days()).length > 0) throw new StoreError(LEFT)
  }
}
