/** One call of each of many workloads. */
import { NO_FACTS } from '../../core/model/observation.ts'
import type { Decoded } from '../../io/store/evidence-store.ts'

export const manyWorkloads = (count: number, session = 'first'): readonly Decoded[] =>
  Array.from({ length: count }, (_, index) => ({
    source: 'ambit',
    items: [
      {
        kind: 'observation',
        observation: {
          id: `${session}-${index}`,
          source: 'ambit',
          workload: { namespace: 'agents', name: `worker-${String(index).padStart(4, '0')}` },
          session,
          witness: session,
          substrate: 'tool',
          action: 'read_file',
          values: [{ dimension: 'tool.args.path', value: `papers/${index}.md` }],
          visibility: 'seen',
          start: Date.UTC(2026, 2, 1) * 1_000,
          end: Date.UTC(2026, 2, 1) * 1_000 + 1,
          outcome: 'ok',
          result: null,
          facts: NO_FACTS,
        },
      },
    ],
  }))
