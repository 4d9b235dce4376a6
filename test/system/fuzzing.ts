/** What the fuzzing of both eras shares: a policy that allows, holds and denies, and a ledger of what was decided before it arrived. */
import { toolRequest } from '../../core/observe/tool-call.ts'
import type { Recording } from '../../io/enforce/recording.ts'
import { type Running, sealed } from './gateway.ts'

export const fuzzedPolicy = () =>
  sealed([
    { substrate: 'tool', action: 'read', allow: { 'tool.args.path': { kind: 'path', under: ['/data'] } } },
    {
      substrate: 'tool',
      action: 'write',
      allow: { 'tool.args.path': { kind: 'none' } },
      review: { 'tool.args.path': { kind: 'path', under: ['/data'] } },
    },
  ])

/** What was decided, in the order in which it was written down, and what arrived at the server: each must have been decided before. */
export const ledgerOf = () => {
  const decided = new Map<string, number>()
  const undecided: unknown[] = []
  const recording: Recording = {
    allows: true,
    describe: ({ substrate, action, visibility, values }, decision) => ({
      request: {
        substrate,
        action,
        visibility,
        values: [],
        measures: [{ name: 'all', value: JSON.stringify(values) }],
      },
      decision,
    }),
    sink: {
      append: async ({ event }) => {
        const isLet = event.kind === 'decision' && event.effect !== 'refuse'
        if (!isLet) return
        const key = JSON.stringify([event.request.action, event.request.measures[0]?.value])
        decided.set(key, (decided.get(key) ?? 0) + 1)
      },
    },
  }
  const arrived = (name: unknown, args: unknown): void => {
    const { action, values } = toolRequest(String(name), args, null)
    const key = JSON.stringify([action, JSON.stringify(values)])
    const left = decided.get(key) ?? 0
    if (left === 0) undecided.push({ name, args })
    decided.set(key, left - 1)
  }
  return { recording, arrived, undecided }
}

/** Approves every other call that is held, and refuses the rest. */
export const answering = (running: Pick<Running, 'gateway'>) => {
  let turn = 0
  const { approvals } = running.gateway.enforcer
  return setInterval(() => {
    for (const { call } of approvals.list()) {
      const answer = turn++ % 2 === 0 ? 'approved' : 'refused'
      approvals.answer(call, { answer, by: 'a person', channel: 'http', reason: null })
    }
  }, 2)
}
