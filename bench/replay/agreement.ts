/**
 * What `ambit evaluate` says of recorded sessions × what the gateway decided of the same calls made live → where they differ. In
 * `observe` everything runs and both see the same. In `enforce` what is denied shows the session nothing: then the evidence is
 * judged without those results, and people are asked exactly where the judgement says that they would be.
 */
import type { Mode } from '../../core/model/enforcement.ts'
import type { Judgement } from '../../core/model/judgement.ts'
import type { DerivedPolicy } from '../../core/model/policy.ts'
import type { WorkloadEvidence } from '../../core/model/workload-evidence.ts'
import { judge } from '../../core/pipeline.ts'
import { liveGateway } from './live-gateway.ts'
import { argumentsOf, type LiveCall, replayLive } from './live-session.ts'
import type { RecordedEvidence, RecordedSession } from './recorded.ts'
import type { StubServer } from './stub-server.ts'

export interface Difference {
  readonly session: string
  readonly index: number
  readonly action: string
  readonly what: 'decision' | 'ran' | 'held' | 'altered'
  readonly expected: unknown
  readonly live: unknown
}

export interface Agreement {
  readonly sessions: number
  /** Sessions with a call whose arguments were not recorded, or are none that a client could send. */
  readonly unsendable: number
  readonly calls: number
  readonly verdicts: Readonly<Record<Judgement['verdict'], number>>
  /** How often each code was the reason. */
  readonly codes: Readonly<Record<string, number>>
  readonly stopped: number
  readonly held: number
  /** Calls of which everything is equal. */
  readonly equal: number
  readonly differences: readonly Difference[]
}

const idOf = (session: string | null, index: number): string => JSON.stringify([session, index])

/** What the live session could see: an unrecorded result is an empty text, and what did not run gave none. */
const asLived = (evidence: WorkloadEvidence, stopped: ReadonlySet<string>): WorkloadEvidence => ({
  ...evidence,
  observations: evidence.observations.map(observation => ({
    ...observation,
    result: observation.result ?? [],
    end: stopped.has(observation.id) ? null : observation.end,
  })),
})

const runs = (mode: Mode, { verdict }: Judgement): boolean => mode !== 'enforce' || verdict !== 'deny'

const differencesOf = (mode: Mode, expected: Judgement, live: LiveCall): readonly Omit<Difference, 'session'>[] => {
  const { index, action, verdict, code, permission, deviation, prompt } = expected
  const { decision } = live
  const said = decision === null ? null : { ...decision, deviation: decision.deviations[0] ?? null }
  const pairs = [
    [
      'decision',
      [verdict, code, permission, deviation],
      said && [said.verdict, said.code, said.permission, said.deviation],
    ],
    ['ran', runs(mode, expected), live.ran],
    ['held', mode === 'enforce' && prompt, live.held],
    ['altered', null, live.altered],
  ] as const
  return pairs.flatMap(([what, a, b]) =>
    JSON.stringify(a) === JSON.stringify(b) ? [] : [{ index, action, what, expected: a, live: b }],
  )
}

export const agreementOf = async (
  policy: DerivedPolicy,
  mode: Mode,
  { workload, sessions, wires }: RecordedEvidence,
  stub: StubServer,
  /** As `gateway.yaml` has it: by default the stub's own address. */
  server: Readonly<Record<string, unknown>> = { url: stub.url },
): Promise<Agreement> => {
  const gateway = await liveGateway(policy, mode, server)
  const isSendable = ({ calls }: RecordedSession): boolean =>
    calls.every(({ id }) => argumentsOf(wires.get(id) ?? { args: undefined, result: undefined }) !== null)
  const sendable = sessions.filter(isSendable)
  const lived = new Map<string, LiveCall>()
  const stopped = new Set<string>()
  for (const session of sendable) {
    const made = await replayLive(session, wires, gateway, stub)
    for (const [index, call] of made.entries()) {
      lived.set(idOf(session.id, index), call)
      const observation = session.calls[index]
      if (!call.ran && observation !== undefined) stopped.add(observation.id)
    }
  }
  await gateway.close()
  const all = judge(policy, asLived(workload, stopped), { context: 'all', at: null })
  const judged = all.filter(({ substrate, session, index }) => substrate === 'tool' && lived.has(idOf(session, index)))
  const differences = judged.flatMap(expected => {
    const live = lived.get(idOf(expected.session, expected.index))
    return live === undefined
      ? []
      : differencesOf(mode, expected, live).map(each => ({ session: expected.session ?? '', ...each }))
  })
  const unequal = new Set(differences.map(({ session, index }) => idOf(session, index)))
  const count = (verdict: Judgement['verdict']): number => judged.filter(each => each.verdict === verdict).length
  const codes = new Map<string, number>()
  for (const { code } of judged) codes.set(code, (codes.get(code) ?? 0) + 1)
  return {
    sessions: sendable.length,
    unsendable: sessions.length - sendable.length,
    calls: lived.size,
    verdicts: { allow: count('allow'), review: count('review'), deny: count('deny') },
    codes: Object.fromEntries([...codes].sort(([, a], [, b]) => b - a)),
    stopped: stopped.size,
    held: [...lived.values()].filter(({ held }) => held).length,
    equal: judged.length - unequal.size,
    differences,
  }
}
