/** The tool calls of one conversation, and what its servers' catalogs have to do with them. */
import { setTimeout as wait } from 'node:timers/promises'
import type { HeldCall } from '../../io/enforce/approvals.ts'
import { CODES, errorMessage, own, type RequestMessage, type ResponseMessage } from '../../io/mcp/message.ts'
import type { Around } from './around.ts'
import type { CatalogState } from './catalog.ts'
import { fillsForms, saidBy } from './client-hello.ts'
import { elicitationParams, elicitedAnswer, signsOfLife } from './held.ts'
import { feed, malformedCall, readToolCall, refusal, type ToolCall } from './tool-call.ts'
import type { Upstream } from './upstream.ts'

export interface Calls {
  call(message: RequestMessage): Promise<void>
  /** A server's tools, or the policy, may be others than before. */
  catalogChanged(): void
}

export const createCalls = (around: Around): Calls => {
  const { site, party, toClient, upstreams, readers, routing, backward, answer, forward, isOpen, onCancel, hello } =
    around
  const { enforcer, log } = site
  let state: CatalogState | null = null
  let reported: string | null = null

  const policyNow = () => {
    const known = enforcer.policies.of(party.workload, site.now())
    return known.kind === 'policy' ? known.policy : null
  }
  const running = (): readonly Upstream[] => upstreams.filter(upstream => upstream.hello() !== null)
  const report = (detail: string, tools: ReadonlySet<string> | null): void => {
    if (reported === detail) return
    reported = detail
    log('warn', 'catalog-changed', {
      workload: party.workload,
      session: party.session,
      detail,
      effect: site.onCatalogChange,
    })
    const permissions =
      policyNow()?.permissions.filter(
        ({ substrate, action }) => substrate === 'tool' && (tools?.has(action) ?? true),
      ) ?? []
    const event = { kind: 'trigger', detail, permissions: permissions.map(({ id }) => id) } as const
    enforcer
      .record({ workload: party.workload, session: party.session }, event)
      .catch(() => log('error', 'receipt-not-written', { about: 'trigger' }))
  }
  const compare = (): CatalogState => {
    if (state !== null) return state
    const policy = policyNow()
    if (policy === null) return { kind: 'unbound' }
    state = site.catalogs.compare(
      policy,
      running().map(upstream => readers.get(upstream)?.current() ?? null),
    )
    if (state.kind === 'changed') report(state.detail, state.tools)
    return state
  }
  /** What changed and touches this tool, in words. */
  const triggered = (tool: string): string | null => {
    const compared = compare()
    if (compared.kind !== 'changed' || site.onCatalogChange === 'report') return null
    return compared.tools === null || compared.tools.has(tool) ? compared.detail : null
  }
  const catalogsRead = async (): Promise<void> => {
    const all = Promise.all(running().map(upstream => readers.get(upstream)?.ready()))
    const late = new AbortController()
    await Promise.race([
      all,
      wait(site.catalogWithin, undefined, { signal: late.signal, ref: false }).catch(() => undefined),
    ])
    late.abort()
  }
  const elicit = (id: RequestMessage['id']) => async (held: HeldCall, signal: AbortSignal) =>
    elicitedAnswer(await backward.ask('elicitation/create', elicitationParams(held), id, signal))

  const decide = async (message: RequestMessage, call: ToolCall, signal: AbortSignal) => {
    let life = { stop: (): void => undefined }
    const token = own(own(own(message, 'params'), '_meta'), 'progressToken')
    const said = saidBy(message, hello())
    try {
      return await enforcer.ask({
        workload: party.workload,
        session: party.session,
        identity: { subject: party.subject, client: said.name },
        request: call.request,
        triggered: triggered(call.tool),
        signal,
        held: held => {
          log('info', 'call-held', {
            call: held.call,
            workload: held.workload,
            session: held.session,
            tool: call.tool,
            code: held.decision.code,
          })
          const until = new Date(held.until).toISOString()
          life = signsOfLife(token, site.progressEvery, sign => toClient(sign, message.id), until)
        },
        ...(site.elicitation && fillsForms(said.capabilities) ? { elicit: elicit(message.id) } : {}),
      })
    } finally {
      life.stop()
    }
  }
  const finish = (upstream: Upstream, call: ToolCall, response: ResponseMessage): void => {
    const result = own(response, 'result')
    const task = own(own(result, 'task'), 'taskId') ?? own(result, 'taskId')
    if (task !== undefined) routing.owns(upstream, 'task', task)
    feed(enforcer, party, call.request, response)
  }
  const run = async (message: RequestMessage, upstream: Upstream, call: ToolCall): Promise<void> => {
    const controller = new AbortController()
    onCancel(message.id, () => controller.abort())
    if (state === null) await catalogsRead()
    // A session that has ended is not begun again by a call that it left behind.
    if (!isOpen(message.id)) return
    const answered = await decide(message, call, controller.signal)
    const { ruling, run: runs } = answered
    if (ruling.decision.verdict !== 'allow' || !runs || ruling.because !== 'verdict') {
      log(runs ? 'info' : 'warn', runs ? 'call-flagged' : 'call-stopped', {
        call: answered.call,
        workload: party.workload,
        session: party.session,
        tool: call.tool,
        verdict: ruling.decision.verdict,
        code: ruling.decision.code,
        dimension: ruling.decision.deviations[0]?.dimension ?? null,
        mode: ruling.mode,
        because: ruling.because,
        answer: answered.answer,
        policy: ruling.policy,
        recorded: answered.recorded,
      })
    }
    // INVARIANT: what the client has cancelled is not sent, also where a person approved it meanwhile.
    if (!isOpen(message.id)) return
    if (runs) return forward(upstream, message, call.forwarded, { read: response => finish(upstream, call, response) })
    const structured = readers.get(upstream)?.current()?.tools.get(call.tool)?.hasOutputSchema !== true
    answer(message.id, refusal(message, answered, call.request, structured))
  }
  return {
    call: async message => {
      const name = own(message.params, 'name')
      if (typeof name !== 'string') return answer(message.id, malformedCall(message.id))
      const found = routing.named(name)
      if (found === null) {
        return answer(message.id, errorMessage(message.id, CODES.params, 'no server behind the gateway has this tool'))
      }
      const call = readToolCall(message, found.name, found.upstream.serverName())
      if (call === null) return answer(message.id, malformedCall(message.id))
      try {
        await run(message, found.upstream, call)
      } catch (error) {
        // A fault of this program: nothing was sent, and the call fails.
        log('error', 'call-failed', {
          session: party.session,
          tool: found.name,
          reason: error instanceof Error ? error.message : String(error),
        })
        answer(
          message.id,
          errorMessage(message.id, CODES.internal, 'the gateway could not decide about the call, so it did not run'),
        )
      }
    },
    catalogChanged: () => {
      state = null
    },
  }
}
