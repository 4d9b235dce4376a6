/**
 * A tool call as it is about to be made → what an enforcement point asks about. INVARIANT: the same call, recorded and decoded by
 * any source, has the same surface, dimensions and values: what was learned is what is judged.
 */
import type { ActionRequest } from '../model/request.ts'
import { admitValues } from './admit.ts'
import { flattenRecorded } from './flatten.ts'

/** `server` null: the name of the MCP server is not known. A call without arguments has none, which is seen. */
export const toolRequest = (tool: string, args: unknown, server: string | null): ActionRequest => {
  const flat = flattenRecorded(args ?? {})
  const values = server === null ? flat.values : [...flat.values, { dimension: 'tool.server', value: server }]
  return { substrate: 'tool', action: tool, ...admitValues({ ...flat, values }) }
}
