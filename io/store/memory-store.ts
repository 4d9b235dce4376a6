/** The store that forgets: everything in memory, for one run. What the others are compared with. */
import type { Folding } from '../../core/model/folding.ts'
import { workloadKey } from '../../core/model/workload.ts'
import type { EvidenceStore } from './evidence-store.ts'

export const createMemoryStore = ({ createCollector, profileOf }: Folding): EvidenceStore => {
  const collector = createCollector()
  return {
    append: async ({ id, records }) => {
      for (const [index, { source, items }] of records.entries()) collector.add(source, items, `${id}/${index}`)
    },
    read: async () => {
      const { workloads, ledger } = collector.finish()
      return {
        workloads: [...workloads].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, { workload }]) => workload),
        ledger,
        profile: async workload => {
          const evidence = workloads.get(workloadKey(workload))
          return evidence === undefined ? null : profileOf(evidence, ledger)
        },
      }
    },
    // One run is younger than any day.
    prune: async () => undefined,
    close: async () => undefined,
  }
}
