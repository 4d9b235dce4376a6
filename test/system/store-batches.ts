/** The same batches in every process: calls of sessions that go on from one batch to the next, and what was rejected between them. */
import { MINUTE, NO_FACTS } from '../../core/model/observation.ts'
import type { Batch } from '../../io/store/evidence-store.ts'

const WORKLOAD = { namespace: 'agents', name: 'killed' }
const BEGIN = Date.UTC(2026, 2, 1) * 1_000

export const batchOf = (index: number): Batch => ({
  id: `batch-${index}`,
  records: Array.from({ length: 1 + ((index * 7) % 40) }, (_, place) => {
    const session = `s-${(index + place) % 23}`
    const start = BEGIN + (index * 50 + place) * MINUTE
    if (place % 11 === 7) return { source: 'ambit', items: [{ kind: 'rejected', reason: 'missing-field', detail: '' }] }
    return {
      source: 'ambit',
      items: [
        {
          kind: 'observation',
          observation: {
            id: `${index}-${place}`,
            source: 'ambit',
            workload: WORKLOAD,
            session,
            witness: session,
            substrate: 'tool',
            action: `tool_${place % 3}`,
            values: [{ dimension: 'tool.args.path', value: `papers/${(index + place) % 17}.md` }],
            visibility: 'seen',
            start,
            end: start + 1,
            outcome: 'ok',
            result: [{ path: 'a', text: `text ${place}` }],
            facts: NO_FACTS,
          },
        },
      ],
    }
  }),
})
