/** Single calls, of one workload or of many. */
import { NO_FACTS } from '../../core/model/observation.ts'
import type { Decoded } from '../../io/store/decoded.ts'

const BEGIN = Date.UTC(2026, 2, 1) * 1_000

export const callOf = (session: string, id: string, name = 'worker-0000'): Decoded => ({
  source: 'ambit',
  items: [
    {
      kind: 'observation',
      observation: {
        id,
        source: 'ambit',
        workload: { namespace: 'agents', name },
        session,
        witness: session,
        substrate: 'tool',
        action: 'read_file',
        values: [{ dimension: 'tool.args.path', value: `papers/${id}.md` }],
        visibility: 'seen',
        start: BEGIN,
        end: BEGIN + 1,
        outcome: 'ok',
        result: null,
        facts: NO_FACTS,
      },
    },
  ],
})

/** One call of each. */
export const manyWorkloads = (count: number, session = 'first'): readonly Decoded[] =>
  Array.from({ length: count }, (_, index) =>
    callOf(session, `${session}-${index}`, `worker-${String(index).padStart(4, '0')}`),
  )
