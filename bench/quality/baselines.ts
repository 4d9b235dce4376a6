/** What is in use today, for comparison: allow-lists of tool names, of each argument's values, and of whole calls. */
import { canonicalJson } from '../../core/model/canonical.ts'
import type { Observation } from '../../core/model/observation.ts'
import type { Session } from './sessions.ts'
import type { Way } from './way.ts'

/** An allow-list: a call is allowed when all of its keys were seen in training, else denied. */
const allowList = (name: string, keysOf: (call: Observation) => readonly string[]): Way => ({
  name,
  contexts: ['none'],
  learn: training => {
    const known = new Set(training.flatMap(({ calls }) => calls.flatMap(keysOf)))
    const allowed = (call: Observation) => keysOf(call).every(key => known.has(key))
    return {
      judge: (sessions: readonly Session[]) =>
        new Map(
          sessions.map(({ label, calls }) => [
            label.session,
            calls.map(call => ({ verdict: allowed(call) ? 'allow' : 'deny', prompt: false }) as const),
          ]),
        ),
    }
  },
})

const argumentsOf = ({ values }: Observation) => values.filter(({ dimension }) => dimension.startsWith('tool.args'))

export const BASELINES: readonly Way[] = [
  allowList('tool names', ({ action }) => [action]),
  allowList('literal values', call => [
    call.action,
    ...argumentsOf(call).map(({ dimension, value }) => canonicalJson([call.action, dimension, value])),
  ]),
  allowList('whole calls', call => [canonicalJson([call.action, argumentsOf(call)])]),
]
