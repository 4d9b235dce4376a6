/**
 * What a server says beside results (what its tools are for, its instructions, what it asks of the client, its log) → texts that the agent
 * may have read. INVARIANT: none of them is a field: what a server says of itself may keep a value from being unprompted, and
 * never makes one allowed. A word alone is a name or a kind, and no instruction.
 */
import type { ResultLeaf } from '../../core/model/observation.ts'
import { bounded } from '../../core/observe/result-leaves.ts'
import { saysMore } from '../../core/policy/step.ts'
import type { Enforcer } from '../../io/enforce/enforcer.ts'
import { type Json, own } from '../../io/mcp/message.ts'
import type { Party } from './site.ts'

const collect = (value: unknown, into: ResultLeaf[]): void => {
  // A text of several lines is never the whole of a value.
  if (typeof value === 'string' && saysMore(value)) into.push({ path: '', text: `${value}\n` })
  if (typeof value !== 'object' || value === null) return
  for (const [key, inner] of Object.entries(value)) {
    if (!Array.isArray(value)) collect(key, into)
    collect(inner, into)
  }
}

/** The message as the client gets it. */
export const tell = (
  enforcer: Pick<Enforcer, 'saw'>,
  { workload, session }: Pick<Party, 'workload' | 'session'>,
  message: Json,
): void => {
  const leaves: ResultLeaf[] = []
  for (const part of ['result', 'params', 'error']) collect(own(message, part), leaves)
  if (leaves.length > 0) enforcer.saw(workload, session, { kind: 'result', leaves: bounded(leaves), sent: [] })
}
