/**
 * A policy → a guard for the functions of one program: each call of a tool is decided in its session's context before it runs.
 * The same enforcer as the gateway's and the decision API's; nothing here reads a file or opens a port.
 */
import { randomUUID } from 'node:crypto'
import { compile } from '../../core/decide/compile.ts'
import type { Mode } from '../../core/model/enforcement.ts'
import type { DerivedPolicy } from '../../core/model/policy.ts'
import type { Identity } from '../../core/model/receipt.ts'
import type { ActionRequest } from '../../core/model/request.ts'
import { workloadKey } from '../../core/model/workload.ts'
import type { ContextEvent } from '../../core/policy/step.ts'
import { createApprovals, type HeldCall } from '../../io/enforce/approvals.ts'
import { type Answered, type Covering, createEnforcer } from '../../io/enforce/enforcer.ts'
import { fixedPolicies } from '../../io/enforce/fixed-policies.ts'
import { ENFORCE } from '../../io/enforce/modes.ts'
import type { Recording } from '../../io/enforce/recording.ts'
import { type AiToolsOptions, aiToolsWith } from './ai-tools.ts'
import { type Asking, permit, resultEvent, sentOf } from './call.ts'
import { type OpenAiHandlers, type OpenAiToolCall, type OpenAiToolMessage, openaiWith } from './openai.ts'
import { type Wrap, wrapWith } from './plain.ts'

/** What a person is asked about: the call that is held, and why. */
export type Question = HeldCall

/** A person's word: yes or no, or with who gave it and why. */
export type Approval = boolean | { readonly approved: boolean; readonly by?: string; readonly reason?: string }

export interface GuardOptions {
  readonly policy: DerivedPolicy
  readonly mode?: Mode
  /** Where decisions are written down, before a call runs. */
  readonly receipts?: Recording
  /** Asks a person about a call that the policy leaves to one; without it, what is held is refused. */
  readonly approve?: (question: Question) => Promise<Approval>
  /** Milliseconds until nobody's answer counts any more; five minutes by default. */
  readonly approveWithin?: number
  readonly exceptions?: Covering
  /** Milliseconds since the epoch. */
  readonly now?: () => number
  readonly newId?: () => string
}

export interface SessionOptions {
  /** What the user asked. Only text that the user wrote: what an agent or a document says is no request. */
  readonly request?: string
  readonly identity?: Identity
  /**
   * Whether all that the agent reads comes from guarded tools, or is told with `sawResult`. False: what it has read is unknown, and
   * no value counts as one that a tool gave.
   */
  readonly seesResults?: boolean
}

export interface GuardSession {
  readonly id: string
  readonly wrap: Wrap
  aiTools<Tools extends Readonly<Record<string, object>>>(tools: Tools, options?: AiToolsOptions): Tools
  openai(
    call: OpenAiToolCall,
    handlers: OpenAiHandlers,
    options?: { readonly server?: string },
  ): Promise<OpenAiToolMessage>
  /** A further turn of the user. */
  sawRequest(text: string): void
  /** What the agent got to read from a tool that is not guarded here, and what that tool was given. Without its name, no field of it is usual. */
  sawResult(args: unknown, result: unknown, options?: { readonly tool?: string }): void
  /** Decides without running anything; rejects with `AmbitDenied`. For tools of a shape that is not known here. */
  check(
    tool: string,
    args: unknown,
    options?: { readonly server?: string },
  ): Promise<{ readonly returned: (result: unknown) => void }>
  close(): void
}

export interface Guard {
  /** `id`: the conversation's; without one, one is made up. Its first use begins the session. */
  session(id?: string, options?: SessionOptions): GuardSession
}

const APPROVE_WITHIN = 300_000
const NOBODY: Identity = { subject: null, client: null }

const approvalOf = async (approve: GuardOptions['approve'], question: Question) => {
  const refused = { approved: false, by: null, reason: null }
  try {
    const given = (await approve?.(question)) ?? false
    if (typeof given === 'boolean') return { ...refused, approved: given }
    return { approved: given.approved, by: given.by ?? null, reason: given.reason ?? null }
  } catch {
    return { ...refused, reason: 'asking a person failed' }
  }
}

export const createGuard = (options: GuardOptions): Guard => {
  const {
    policy,
    mode = 'enforce',
    receipts = null,
    approve,
    exceptions = null,
    now = Date.now,
    newId = randomUUID,
  } = options
  const workload = workloadKey(policy.workload)
  const holdFor = options.approveWithin ?? APPROVE_WITHIN
  const approvals = createApprovals({ timeout: holdFor, held: 1_000, perSession: 16 })
  const enforcer = createEnforcer({
    policies: fixedPolicies([policy], compile),
    modes: { ...ENFORCE, default: mode },
    exceptions,
    receipts,
    approvals,
    holdFor,
    now,
    newId,
  })

  const ask = (session: string, identity: Identity, request: ActionRequest): Promise<Answered> => {
    const nobody = new AbortController()
    const held = (question: Question): void => {
      if (approve === undefined) {
        nobody.abort()
        return
      }
      approvalOf(approve, question).then(({ approved, by, reason }) => {
        const answer = approved ? 'approved' : 'refused'
        approvals.answer(question.call, { answer, by, reason, channel: 'elicitation' })
      })
    }
    return enforcer.ask({ workload, session, identity, request, held, signal: nobody.signal })
  }

  return {
    session: (id, { request, identity = NOBODY, seesResults = true } = {}) => {
      const session = id ?? newId()
      enforcer.open(
        workload,
        session,
        { request: request !== undefined, results: seesResults, calls: true },
        id === undefined,
      )
      const saw = (event: ContextEvent): void => enforcer.saw(workload, session, event)
      if (request !== undefined) saw({ kind: 'request', text: request })
      const asking: Asking = { ask: call => ask(session, identity, call), saw }
      return {
        id: session,
        wrap: wrapWith(asking),
        aiTools: aiToolsWith(asking),
        openai: openaiWith(asking),
        sawRequest: text => saw({ kind: 'request', text }),
        sawResult: (args, result, { tool = '' } = {}) => saw(resultEvent(tool, result, sentOf(args))),
        check: (tool, args, { server = null } = {}) => permit(asking, tool, server, args),
        close: () => enforcer.close(workload, session),
      }
    },
  }
}
