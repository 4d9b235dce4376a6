/**
 * One call of a session → what becomes of it. Everything that enforces (the gateway, the decision API, the guard) asks here: the
 * policy in force decides in the session's context, an exception, an approval or the mode changes the effect, the receipt is
 * written, and what is held waits for a person.
 *
 * INVARIANT: `run` is true only after a decision that is written down where receipts are kept. Whatever goes wrong refuses.
 */
import { rule } from '../../core/decide/rule.ts'
import type { Context } from '../../core/model/context.ts'
import type { Ruling } from '../../core/model/enforcement.ts'
import type { Exception } from '../../core/model/exception.ts'
import type { Micros } from '../../core/model/observation.ts'
import type { DerivedPolicy } from '../../core/model/policy.ts'
import type { ReceiptEvent } from '../../core/model/receipt.ts'
import type { ActionRequest } from '../../core/model/request.ts'
import type { Decision, VerdictCode } from '../../core/model/verdict.ts'
import { type ContextEvent, isApproved, type Seen } from '../../core/policy/step.ts'
import type { Answer, Approvals, HeldCall } from './approvals.ts'
import { type Modes, modeOf } from './modes.ts'
import type { Policies, PolicyState } from './policies.ts'
import { bodyOf, type Caller, isPlain, NOBODY, type Recording } from './recording.ts'
import { createSessions, SESSION_LIMITS, type SessionLimits } from './sessions.ts'
import type { Watcher } from './watcher.ts'

export interface Ask extends Caller {
  readonly request: ActionRequest
  /** What changed since the policy was derived and touches this call, in words; a person decides about it. */
  readonly triggered?: string | null
  /** The caller gives up. */
  readonly signal?: AbortSignal
  /** Called once where the call is held: to keep the caller's connection alive. */
  readonly held?: (held: HeldCall) => void
  /** Asks the person behind the client; null: no answer, others may still give one. */
  readonly elicit?: (held: HeldCall, signal: AbortSignal) => Promise<Answer['answer'] | null>
}

export interface Answered {
  readonly ruling: Ruling
  readonly run: boolean
  /** Unique id of the call: of its receipts, and for whoever asks about it. */
  readonly call: string
  /** What a person said where it was held; null where nobody was asked. */
  readonly answer: Answer['answer'] | null
  readonly reason: string | null
  /** The policy that was asked, also where it has expired; null: none that could be read. */
  readonly policy: DerivedPolicy | null
  /** False: the decision could not be written down, and the call does not run for that reason. */
  readonly recorded: boolean
}

/** An exception that is in force and covers the decision; `at` in microseconds. */
export type Covering = (
  at: Micros,
  workload: string,
  session: string | null,
  request: ActionRequest,
  decision: Decision,
) => Exception | null

export interface EnforcerOptions {
  readonly policies: Policies
  readonly modes: Modes
  readonly exceptions: Covering | null
  /** Null: nothing is written down. */
  readonly receipts: Recording | null
  readonly approvals: Approvals
  /** Milliseconds until a held call is refused. */
  readonly holdFor: number
  /** Milliseconds since the epoch. */
  readonly now: () => number
  readonly newId: () => string
  readonly sessions?: SessionLimits
  /** A session lost its context: what it shows from here on is judged as unknown. */
  readonly gaveUp?: (workload: string, session: string, reason: string) => void
  /** Hears what was decided and what was asked for; changes nothing. */
  readonly watcher?: Watcher
}

export interface Enforcer {
  ask(ask: Ask): Promise<Answered>
  /** The verdict alone, of a call that nobody makes yet: changes nothing and records nothing. */
  preview(workload: string, session: string | null, request: ActionRequest): Ruling
  /** Begins a session whose first call this is; false where it is an old one whose context is lost. See `Sessions.open`. */
  open(workload: string, session: string, seen: Seen, fresh: boolean): boolean
  /** What the session showed. A request only from a caller that may assert one. */
  saw(workload: string, session: string | null, event: ContextEvent): void
  close(workload: string, session: string): void
  /** Writes down what is no decision: start, stop, reloads, triggers, alerts. Rejects where it cannot be. */
  record(caller: Partial<Caller>, event: ReceiptEvent): Promise<void>
  readonly policies: Policies
  readonly approvals: Approvals
  sessions(): number
}

const without = (code: VerdictCode): Decision => ({ verdict: 'deny', code, permission: null, deviations: [] })

const decisionOf = (state: PolicyState, request: ActionRequest, context: Context): Decision => {
  switch (state.kind) {
    case 'policy':
      return state.decide(request, context)
    case 'expired':
      return state.decision
    case 'missing':
      return without('no-policy')
    case 'unreadable':
      return without('policy-unreadable')
  }
}

const policyOf = (state: PolicyState): DerivedPolicy | null =>
  state.kind === 'policy' || state.kind === 'expired' ? state.policy : null

const acknowledgement = ({ substrate, action }: ActionRequest, triggered: string): string =>
  JSON.stringify([substrate, action, triggered])

export const createEnforcer = (options: EnforcerOptions): Enforcer => {
  const { policies, modes, exceptions, receipts, approvals, now, newId, watcher } = options
  const sessions = createSessions(now, options.sessions ?? SESSION_LIMITS, options.gaveUp ?? (() => undefined))

  /** False where it cannot be written down. */
  const write = async (
    caller: Caller,
    policy: DerivedPolicy | null,
    evidence: readonly string[],
    event: ReceiptEvent,
  ): Promise<boolean> => {
    if (receipts === null) return true
    try {
      await receipts.sink.append(bodyOf(caller, policy?.digest ?? null, evidence, event))
      return true
    } catch {
      return false
    }
  }

  const judge = (ask: Ask, context: Context): { readonly state: PolicyState; readonly ruling: Ruling } => {
    const { workload, session, request } = ask
    const triggered = ask.triggered ?? null
    const state = policies.of(workload, now())
    const policy = policyOf(state)
    const decision = decisionOf(state, request, context)
    const isAcknowledged =
      triggered === null || sessions.acknowledged(workload, session).has(acknowledgement(request, triggered))
    const ruling = rule({
      decision,
      mode: modeOf(modes, workload, policy, request, decision),
      exception: exceptions?.(now() * 1_000, workload, session, request, decision) ?? null,
      approved: isAcknowledged && (decision.verdict === 'allow' || isApproved(context, request, decision)),
      triggered: triggered !== null && !isAcknowledged,
      policy: policy?.digest ?? null,
    })
    return { state, ruling }
  }

  const answerOf = async (held: HeldCall, ask: Ask): Promise<Answer> => {
    const settled = new AbortController()
    const waiting = approvals.hold(held, ask.signal)
    ask.held?.(held)
    const asked = ask.elicit?.(held, settled.signal) ?? Promise.resolve(null)
    asked.then(
      answer => {
        if (answer !== 'approved' && answer !== 'refused') return
        approvals.answer(held.call, { answer, by: ask.identity.subject, channel: 'elicitation', reason: null })
      },
      // A client that cannot ask its person answers nothing: others still may, and time runs out.
      () => undefined,
    )
    const answer = await waiting
    settled.abort()
    return answer
  }

  /** From here on the same is not asked again in this session. */
  const approve = (ask: Ask, decision: Decision): void => {
    const { workload, session, request } = ask
    if (decision.verdict === 'review') sessions.step(workload, session, { kind: 'reviewed', request, decision })
    const triggered = ask.triggered ?? null
    if (triggered !== null) sessions.acknowledged(workload, session).add(acknowledgement(request, triggered))
  }

  /** While it was held, the policy may have been replaced or lost: what was approved must still be what is asked. */
  const stillRuns = (ask: Ask, before: Ruling): boolean => {
    const { state, ruling } = judge(ask, sessions.context(ask.workload, ask.session))
    if (ruling.effect === 'run') return true
    // Of no session nothing is remembered; then the same policy with the same answer is what was approved.
    return (
      ask.session === null &&
      state.kind === 'policy' &&
      ruling.effect === 'hold' &&
      ruling.policy === before.policy &&
      JSON.stringify(ruling.decision) === JSON.stringify(before.decision)
    )
  }

  const hold = async (ask: Ask, call: string, ruling: Ruling, policy: DerivedPolicy | null) => {
    const { workload, session, identity, request } = ask
    const { decision } = ruling
    const since = now()
    const question = { decision, triggered: ask.triggered ?? null, since, until: since + options.holdFor }
    const answer = await answerOf({ call, workload, session, identity, request, ...question }, ask)
    const { by, channel, reason } = answer
    const recorded = await write(ask, policy, [], {
      kind: 'approval',
      call,
      answer: answer.answer,
      by,
      channel,
      reason,
    })
    if (answer.answer !== 'approved' || !recorded) return { run: false, answer: answer.answer, reason, recorded }
    approve(ask, decision)
    const run = stillRuns(ask, ruling)
    return { run, answer: answer.answer, reason: run ? reason : 'the policy changed while the call was held', recorded }
  }

  const ask = async (asked: Ask): Promise<Answered> => {
    const { workload, session, request } = asked
    const call = newId()
    const event = { kind: 'call', request, at: now() * 1_000 } as const
    const context = sessions.step(workload, session, event)
    const { state, ruling } = judge(asked, context)
    const policy = policyOf(state)
    const base = { ruling, call, policy, answer: null, reason: null }
    watcher?.judged({ workload, session, call, at: event.at, request, ruling, context, policy })
    if (receipts !== null && (receipts.allows || !isPlain(ruling))) {
      const { decision, mode, effect, because, exception } = ruling
      const evidence = decision.permission === null ? [] : [decision.permission]
      const decided = {
        kind: 'decision',
        ...receipts.describe(request, decision, context, policy),
        mode,
        effect,
        because,
        exception,
        call,
      } as const
      if (!(await write(asked, policy, evidence, decided))) return { ...base, run: false, recorded: false }
    }
    if (asked.signal?.aborted === true) return { ...base, run: false, answer: 'cancelled', recorded: true }
    if (ruling.effect !== 'hold') return { ...base, run: ruling.effect === 'run', recorded: true }
    return { ...base, ...(await hold(asked, call, ruling, policy)) }
  }

  return {
    ask,
    preview: (workload, session, request) =>
      judge({ workload, session, identity: NOBODY, request }, sessions.context(workload, session)).ruling,
    open: sessions.open,
    saw: (workload, session, event) => {
      if (session !== null && event.kind === 'request') {
        sessions.seesRequests(workload, session)
        watcher?.asked(workload, session, event.text)
      }
      sessions.step(workload, session, event)
    },
    close: sessions.close,
    record: async ({ workload, session = null, identity = NOBODY }, event) => {
      const state = workload === undefined ? null : policies.of(workload, now())
      const policy = state === null ? null : (policyOf(state)?.digest ?? null)
      await receipts?.sink.append({ workload: workload ?? null, session, identity, policy, evidence: [], event })
    },
    policies,
    approvals,
    sessions: sessions.count,
  }
}
