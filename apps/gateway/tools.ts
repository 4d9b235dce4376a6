/** The tools that a server lists × what the policy says of each → the tools that a client is shown. */

import type { Ruling } from '../../core/model/enforcement.ts'
import type { ActionRequest } from '../../core/model/request.ts'
import type { Verdict } from '../../core/model/verdict.ts'
import { isJson, own } from '../../io/mcp/message.ts'

/** `allowed`: what is denied whatever it is given is left out. `all`: it is shown, and marked. */
export const SHOWN = ['allowed', 'all'] as const
export type Shown = (typeof SHOWN)[number]

/** What a verdict on a tool alone can be told from: that it has a permission, and that the server is not the wrong one. */
const surfaceVerdict = ({ decision }: Ruling): Verdict => {
  const { verdict, permission, deviations } = decision
  if (permission === null) return verdict
  const server = deviations.find(({ dimension }) => dimension === 'tool.server')
  return server !== undefined && verdict === 'deny' && server.code !== 'dimension-missing' ? 'deny' : 'allow'
}

const VERDICT_MARK = 'ambit/verdict'

const marked = (tool: unknown, verdict: Verdict): unknown => {
  if (!isJson(tool) || verdict === 'allow') return tool
  const meta = own(tool, '_meta')
  return { ...tool, _meta: { ...(isJson(meta) ? meta : {}), [VERDICT_MARK]: verdict } }
}

/** What `preview` is asked of a tool that nobody calls yet. */
const surfaceOf = (name: string, server: string | null): ActionRequest => ({
  substrate: 'tool',
  action: name,
  values: server === null ? [] : [{ dimension: 'tool.server', value: server }],
  visibility: 'seen',
})

/**
 * Entries without a name pass: they are no tool that anybody could call. Those that need a person are shown and marked, because a
 * person can allow them.
 */
export const shownTools = (
  listed: readonly unknown[],
  server: string | null,
  preview: (request: ActionRequest) => Ruling,
  shown: Shown,
): readonly unknown[] =>
  listed.flatMap(tool => {
    const name = own(tool, 'name')
    if (typeof name !== 'string') return [tool]
    const ruling = preview(surfaceOf(name, server))
    const verdict = surfaceVerdict(ruling)
    return verdict === 'deny' && ruling.mode === 'enforce' && shown === 'allowed' ? [] : [marked(tool, verdict)]
  })
