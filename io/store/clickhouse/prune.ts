/** Lets go of whole days. A unit of which a part is left is folded again from that part. */
import type { Engine } from './engine.ts'
import { literal } from './literal.ts'
import { type Cluster, TABLES, tablesWithRows } from './tables.ts'

export const prune = async (engine: Engine, cluster: Cluster | null, before: string): Promise<void> => {
  const local = tablesWithRows(cluster)
  for (const [index, { name }] of TABLES.entries()) {
    // Asked over all servers, told to each: one that has nothing of the day drops nothing.
    const days = await engine.rows<{ readonly written: string }>(
      `SELECT DISTINCT toString(day) AS written FROM ${name} WHERE day < toDate(${literal(before)})`,
    )
    for (const { written } of days)
      await engine.command(`ALTER TABLE ${local[index]} DROP PARTITION ${literal(written)}`)
  }
}
