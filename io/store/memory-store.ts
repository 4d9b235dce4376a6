/** The store that forgets: everything in memory, for one run. What the others are compared with. */
import type { Folding } from '../../core/model/folding.ts'
import type { Marking } from '../../core/model/mark.ts'
import type { Profile } from '../../core/model/profile.ts'
import { type Workload, workloadKey } from '../../core/model/workload.ts'
import type { Bookmarks } from '../evidence/bookmarks.ts'
import type { Derivation, EvidenceStore } from './evidence-store.ts'

export const createMemoryStore = ({ createCollector, profileOf, mark }: Folding): EvidenceStore => {
  const collector = createCollector()
  const bookmarks = new Map<string, Bookmarks>()
  const derivations = new Map<string, ReadonlyMap<string, Derivation>>()
  return {
    append: async ({ id, records }) => {
      for (const [index, { source, items, name }] of records.entries())
        collector.add(source, items, name ?? `${id}/${index}`)
    },
    read: async () => {
      const { workloads, ledger } = collector.finish()
      const profileWith = async (workload: Workload, marking: Marking | null): Promise<Profile | null> => {
        const evidence = workloads.get(workloadKey(workload))
        if (evidence === undefined) return null
        return profileOf(marking === null ? evidence : mark(evidence, marking), ledger)
      }
      return {
        workloads: [...workloads].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, { workload }]) => workload),
        ledger,
        // It is read once.
        evidenceOf: () => null,
        profile: workload => profileWith(workload, null),
        marked: profileWith,
        portions: async function* (wanted, marking) {
          for (const workload of wanted) yield { workload, profile: await profileWith(workload, marking) }
        },
      }
    },
    // One run is younger than any day.
    prune: async () => undefined,
    bookmark: async (reader, files) => {
      bookmarks.set(reader, new Map([...(bookmarks.get(reader) ?? []), ...files]))
    },
    bookmarks: async reader => bookmarks.get(reader) ?? new Map(),
    derived: async (place, made) => {
      derivations.set(place, new Map([...(derivations.get(place) ?? []), ...made]))
    },
    derivations: async place => derivations.get(place) ?? new Map(),
    close: async () => undefined,
  }
}
