/** What a person calls a store → the store, open. */
import type { Folding } from '../../core/model/folding.ts'
import { done, failed, type Outcome } from '../problem.ts'
import type { EvidenceStore } from './evidence-store.ts'
import { createMemoryStore } from './memory-store.ts'

export interface OpenStore {
  readonly store: EvidenceStore
  /** Whether what was appended is there after this process. */
  readonly keeps: boolean
}

/** `memory`. Errors: `usage`. */
export const openStore = async (name: string, folding: Folding): Promise<Outcome<OpenStore>> => {
  if (name === 'memory') return done({ store: createMemoryStore(folding), keeps: false })
  return failed({ code: 'usage', what: `there is no store \`${name}\``, where: '--store', help: 'name `memory`' })
}
