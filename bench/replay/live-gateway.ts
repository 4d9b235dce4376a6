/** The real gateway over HTTP, in this process so that its clock can be the recording's, before the stub. What it decides is kept. */
import { createHash, randomUUID } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readGatewayConfig } from '../../apps/gateway/read-config.ts'
import { startGateway } from '../../apps/gateway/start-gateway.ts'
import type { Mode } from '../../core/model/enforcement.ts'
import type { DerivedPolicy } from '../../core/model/policy.ts'
import type { Decision } from '../../core/model/verdict.ts'
import { workloadKey } from '../../core/model/workload.ts'
import { writePolicy } from '../../io/policy-file/write-policy.ts'

export interface LiveGateway {
  readonly url: URL
  readonly token: string
  /** Milliseconds since the epoch: what the gateway takes for now. */
  readonly setClock: (at: number) => void
  /** Decisions since the last time, oldest first, and how many of them were held for a person. */
  readonly take: () => { readonly decisions: readonly Decision[]; readonly held: number }
  close(): Promise<void>
}

const TOKEN = 'replays'

/** `server`: as `gateway.yaml` has it. What is held, a person approves at once. */
export const liveGateway = async (
  policy: DerivedPolicy,
  mode: Mode,
  server: Readonly<Record<string, unknown>>,
): Promise<LiveGateway> => {
  const folder = mkdtempSync(join(tmpdir(), 'ambit-replay-'))
  const policies = join(folder, 'policies')
  mkdirSync(policies)
  writeFileSync(join(policies, 'policy.yaml'), writePolicy(policy))
  const workload = workloadKey(policy.workload)
  const token = {
    subject: 'platform',
    sha256: createHash('sha256').update(TOKEN).digest('hex'),
    workload,
    decide: [workload],
    assertContext: [workload],
    record: [],
  }
  writeFileSync(join(folder, 'tokens.yaml'), JSON.stringify({ tokens: [token] }))
  const document = {
    policies,
    // The recordings do not say which server a tool belongs to.
    servers: { stub: { ...server, server: '' } },
    listen: { port: 0 },
    tokens: join(folder, 'tokens.yaml'),
    request: 'meta',
    modes: { default: mode },
    reloadSeconds: 3_600,
    limits: { sessionIdleSeconds: 604_800 },
  }
  const config = readGatewayConfig(JSON.stringify(document), join(folder, 'gateway.yaml'), {})
  if (!config.ok) throw new Error(JSON.stringify(config.problems))
  let clock = 0
  let decisions: Decision[] = []
  let held = 0
  const started = await startGateway(config.value, {
    now: () => clock,
    newId: randomUUID,
    log: (_level, event, fields) => {
      if (event !== 'call-held') return
      held += 1
      const answer = { answer: 'approved', by: 'a person', channel: 'http', reason: null } as const
      queueMicrotask(() => started.ok && started.value.enforcer.approvals.answer(String(fields?.call), answer))
    },
    stdin: process.stdin,
    stdout: process.stdout,
    user: 'replay',
    receipts: {
      allows: true,
      describe: ({ substrate, action, visibility }, decision) => ({
        request: { substrate, action, visibility, values: [], measures: [] },
        decision,
      }),
      sink: {
        append: async ({ event }) => {
          if (event.kind === 'decision') decisions.push(event.decision)
        },
      },
    },
  })
  if (!started.ok) throw new Error(JSON.stringify(started.problems))
  return {
    url: new URL(started.value.url ?? ''),
    token: TOKEN,
    setClock: at => {
      clock = at
    },
    take: () => {
      const taken = { decisions, held }
      decisions = []
      held = 0
      return taken
    },
    close: async () => {
      await started.value.close('the replay ends')
      rmSync(folder, { recursive: true })
    },
  }
}
