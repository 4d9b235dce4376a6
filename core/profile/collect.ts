/** Decoded items → evidence per workload: duplicates count once, every item is in the ledger. */
import type { CatalogSighting, EvidenceItem, Rejection, UserRequest } from '../model/evidence.ts'
import type { Observation } from '../model/observation.ts'
import { type Workload, workloadKey, workloadProblem } from '../model/workload.ts'
import type { Evidence, WorkloadEvidence } from '../model/workload-evidence.ts'
import { openLedger } from './ledger.ts'
import { linkTraces } from './link-traces.ts'

interface Gathered {
  readonly workload: Workload
  readonly observations: Observation[]
  readonly requests: UserRequest[]
  readonly catalogs: CatalogSighting[]
}

export interface Collector {
  add(source: string, items: readonly EvidenceItem[]): void
  reject(source: string, reason: Rejection): void
  finish(): Evidence
}

export const createCollector = (): Collector => {
  const book = openLedger()
  const seen = new Map<string, Set<string>>()
  const workloads = new Map<string, Gathered>()

  const gathered = (workload: Workload): Gathered => {
    const key = workloadKey(workload)
    const found = workloads.get(key)
    if (found !== undefined) return found
    const fresh: Gathered = { workload, observations: [], requests: [], catalogs: [] }
    workloads.set(key, fresh)
    return fresh
  }

  /** Each workload's own, so that none can take another's evidence for a duplicate. */
  const seenBy = (source: string, kind: string, workload: Workload | null): Set<string> => {
    const key = `${source} ${kind} ${workload === null ? '' : workloadKey(workload)}`
    const known = seen.get(key)
    if (known !== undefined) return known
    const fresh = new Set<string>()
    seen.set(key, fresh)
    return fresh
  }

  /** False, and counted, where the item is a duplicate or its workload cannot be named. */
  const admits = (source: string, kind: string, id: string, workload: Workload | null): boolean => {
    if (workload !== null && workloadProblem(workload) !== null) {
      book.reject(source, 'invalid-workload')
      return false
    }
    const ids = seenBy(source, kind, workload)
    if (ids.has(id)) {
      book.duplicate(source)
      return false
    }
    ids.add(id)
    return true
  }

  const addItem = (source: string, item: EvidenceItem): void => {
    switch (item.kind) {
      case 'observation': {
        const { observation } = item
        if (!admits(source, item.kind, observation.id, observation.workload)) return
        book.accept(source)
        gathered(observation.workload).observations.push(observation)
        return
      }
      case 'request':
        if (!admits(source, item.kind, item.id, item.workload)) return
        book.accept(source)
        gathered(item.workload).requests.push(item)
        return
      case 'catalog':
        if (!admits(source, item.kind, item.id, item.workload)) return
        book.accept(source)
        gathered(item.workload).catalogs.push(item)
        return
      case 'loss':
        if (admits(source, item.kind, item.id, null)) book.lose(source, item.count)
        return
      case 'rejected':
        book.reject(source, item.reason)
    }
  }

  return {
    add: (source, items) => {
      for (const item of items) addItem(source, item)
    },
    reject: (source, reason) => {
      book.reject(source, reason)
    },
    finish: () => {
      const linked = new Map<string, WorkloadEvidence>()
      for (const [key, { workload, catalogs, ...items }] of workloads) {
        const { observations, requests, repeated } = linkTraces(items.observations, items.requests)
        for (const source of repeated) book.repeat(source)
        linked.set(key, { workload, observations, requests, catalogs })
      }
      return { workloads: linked, ledger: book.close() }
    },
  }
}
