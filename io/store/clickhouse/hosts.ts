/** The servers of a store: which of them is asked, which is written to, and which are told what is to be made. */
import type { ClickHouseClient } from '@clickhouse/client'

export interface Hosts {
  /** Who answers for all of them. Rejects where that would be a smaller answer. */
  asked(): Promise<ClickHouseClient>
  written(): Promise<ClickHouseClient>
  told(): Promise<readonly ClickHouseClient[]>
  readonly all: readonly ClickHouseClient[]
}

/** Each has rows that no other has: all are told, and the first, which asks the others, does everything else. */
export const everyHost = (all: readonly [ClickHouseClient, ...ClickHouseClient[]]): Hosts => {
  const [first] = all
  return { asked: async () => first, written: async () => first, told: async () => all, all }
}
