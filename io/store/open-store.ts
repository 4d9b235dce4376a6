/**
 * A store by its name: `memory`, a folder for the embedded engine, or `clickhouse://user:password@host:8123[,host2:8123]/database`, with
 * `?cluster=NAME` (and `&replicated`) for a cluster of these hosts, and `clickhouses://` over TLS. Engines are loaded when they are used.
 */
import { done, failed, type Outcome } from '../problem.ts'
import type { EvidenceStore } from './evidence-store.ts'
import { createMemoryStore } from './memory-store.ts'
import { isFolder, serversOf, unknownStore } from './servers.ts'
import { StoreError } from './store-error.ts'
import type { StoreWorld } from './store-world.ts'

export interface OpenStore {
  readonly store: EvidenceStore
  /** Whether what was appended is there after this process. */
  readonly keeps: boolean
}

/** Errors: `store-unknown`, `store-missing`, `store-failed`. */
export const openStore = async (name: string, world: StoreWorld): Promise<Outcome<OpenStore>> => {
  if (name === 'memory') return done({ store: createMemoryStore(world.folding), keeps: false })
  const isServer = /^clickhouses?:/.test(name)
  if (!isServer && !isFolder(name)) return failed(unknownStore('no store has an address of this kind'))
  const { openClickhouse } = await import('./clickhouse/open-clickhouse.ts')
  const servers = isServer ? serversOf(name) : null
  if (servers !== null && !servers.ok) return servers
  try {
    const store = await openClickhouse(servers === null ? name : servers.value, world)
    return done({ store, keeps: true })
  } catch (error) {
    if (error instanceof StoreError) return failed(error.problem)
    throw error
  }
}
