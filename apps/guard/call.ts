/**
 * One call of a guarded function: decided before it runs, its result told to the session after. INVARIANT: what runs was judged
 * with the arguments that it gets, and what it returned is in the session's context before the agent has it.
 */
import { canonicalJson } from '../../core/model/canonical.ts'
import type { ResultLeaf } from '../../core/model/observation.ts'
import type { ActionRequest } from '../../core/model/request.ts'
import type { Scalar } from '../../core/model/scalar.ts'
import { resultLeaves } from '../../core/observe/result-leaves.ts'
import { toolRequest } from '../../core/observe/tool-call.ts'
import type { ContextEvent } from '../../core/policy/step.ts'
import type { Answered } from '../../io/enforce/enforcer.ts'
import { AmbitDenied, CHANGED } from './denied.ts'
import { jsonOf } from './json-of.ts'

export interface Asking {
  /** Never rejects for a verdict. */
  ask(request: ActionRequest): Promise<Answered>
  saw(event: ContextEvent): void
}

/** What is no JSON cannot be judged: it is there, and nobody can read it. */
const requestOf = (tool: string, server: string | null, args: unknown): ActionRequest => {
  const json = jsonOf(args)
  if (json.ok) return toolRequest(tool, json.value, server)
  return { substrate: 'tool', action: tool, values: [], visibility: 'malformed' }
}

export const sentOf = (args: unknown): readonly Scalar[] => requestOf('', null, args).values.map(({ value }) => value)

/** Null: the agent reads something that nobody here can. */
const leavesOf = (result: unknown): readonly ResultLeaf[] | null => {
  if (result === undefined || result === null) return []
  const json = jsonOf(result)
  return json.ok ? (resultLeaves(json.value) ?? []) : null
}

/** `sent`: what the call was given, so that an echo of it is no answer. */
export const resultEvent = (tool: string, result: unknown, sent: readonly Scalar[]): ContextEvent => ({
  kind: 'result',
  action: tool,
  leaves: leavesOf(result),
  sent,
})

export interface Permitted {
  /** Tells the session what the agent gets to read. */
  readonly returned: (result: unknown) => void
}

/** Rejects with {@link AmbitDenied} where the call must not run. */
export const permit = async (
  { ask, saw }: Asking,
  tool: string,
  server: string | null,
  args: unknown,
): Promise<Permitted> => {
  const request = requestOf(tool, server, args)
  const answered = await ask(request)
  if (!answered.run) throw new AmbitDenied(tool, answered)
  // Whoever holds the arguments may have changed them while a person was deciding.
  if (canonicalJson(requestOf(tool, server, args)) !== canonicalJson(request))
    throw new AmbitDenied(tool, answered, CHANGED)
  const sent = request.values.map(({ value }) => value)
  return { returned: result => saw(resultEvent(tool, result, sent)) }
}

/** An error is read by the agent, too. */
const errorText = (error: unknown): string => (error instanceof Error ? error.message : String(error))

export const guarded = async <Out>(
  asking: Asking,
  tool: string,
  server: string | null,
  args: unknown,
  run: () => Out,
): Promise<Awaited<Out>> => {
  const { returned } = await permit(asking, tool, server, args)
  let result: Awaited<Out>
  try {
    result = await run()
  } catch (error) {
    returned(errorText(error))
    throw error
  }
  returned(result)
  return result
}
