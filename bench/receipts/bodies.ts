/** Decisions as an enforcement point records them, every one another: three arguments, one of which deviates; or one, allowed. */
import type { Context } from '../../core/model/context.ts'
import { DEFAULT_DECISIONS } from '../../core/model/decisions.ts'
import {
  type DerivedPolicy,
  type EvidenceCount,
  type PermissionDimension,
  POLICY_FORMAT,
} from '../../core/model/policy.ts'
import type { ReceiptBody } from '../../core/model/receipt.ts'
import type { ActionRequest } from '../../core/model/request.ts'
import { compile, receiptOf } from '../../core/pipeline.ts'
import { emptyContext } from '../../core/policy/step.ts'

const TIME = '2026-01-01T00:00:00Z'
const EVIDENCE: EvidenceCount = {
  count: 9,
  witnesses: 9,
  sessions: 9,
  clusters: 9,
  days: 9,
  firstSeen: TIME,
  lastSeen: TIME,
  sources: [],
}

const dimension = (name: string, allow: PermissionDimension['allow']): PermissionDimension => ({
  dimension: name,
  type: 'text',
  role: { value: 'sink', by: 'name' },
  rule: allow.kind,
  allow,
  review: { kind: 'any' },
  absent: 'deny',
  context: [],
  trace: { distinct: 1, samples: [], considered: [] },
  latitude: { statement: '', beyond: null },
  openness: 'observed',
  evidence: EVIDENCE,
})

const POLICY: DerivedPolicy = {
  format: POLICY_FORMAT,
  digest: `sha256:${'a'.repeat(64)}`,
  workload: { namespace: 'bank', name: 'assistant' },
  decisions: DEFAULT_DECISIONS,
  thresholds: { moreThan: 5, witnesses: 3, arithmetic: null },
  bounds: ['tool'],
  permissions: [
    {
      id: 'tool/send_money',
      substrate: 'tool',
      action: 'send_money',
      access: { value: 'write', by: 'name' },
      dimensions: [
        dimension('tool.args.amount', { kind: 'range', min: 1, max: 1_000 }),
        dimension('tool.args.recipient', {
          kind: 'anyOf',
          of: [{ kind: 'set', values: ['DE89370400440532013000', 'GB29NWBK60161331926819'] }, { kind: 'request' }],
        }),
        dimension('tool.args.subject', { kind: 'any' }),
      ],
      others: { allow: { kind: 'none' }, review: null },
      argumentsSeen: true,
      evidence: EVIDENCE,
    },
    {
      id: 'tool/get_payment',
      substrate: 'tool',
      action: 'get_payment',
      access: { value: 'read', by: 'name' },
      dimensions: [dimension('tool.args.id', { kind: 'type', types: ['number'] })],
      others: { allow: { kind: 'none' }, review: null },
      argumentsSeen: true,
      evidence: EVIDENCE,
    },
  ],
  envelopes: [],
  withheld: [],
  usual: null,
  expected: { knownTasks: null, newTasks: null },
  overGrant: { observed: 0, unbounded: 0, patterned: 0, session: 0, share: 0 },
  coverage: { window: { first: TIME, last: TIME, days: 1 }, complete: true, incomplete: [], substrates: [] },
  validity: {
    models: [],
    prompts: [],
    catalogs: [],
    tools: [],
    images: [],
    identities: [],
    revisions: [],
    notAfter: TIME,
  },
  blindTo: [],
  base: { dns: true, processStartSeen: true },
}

const CONTEXT: Context = emptyContext({ request: true, results: true })
const decide = compile(POLICY)

export const CALLS = ['held', 'allowed'] as const
export type Call = (typeof CALLS)[number]

const lookup = (index: number): ActionRequest => ({
  substrate: 'tool',
  action: 'get_payment',
  visibility: 'seen',
  values: [{ dimension: 'tool.args.id', value: index }],
})

const payment = (index: number): ActionRequest => ({
  substrate: 'tool',
  action: 'send_money',
  visibility: 'seen',
  values: [
    { dimension: 'tool.args.recipient', value: `DE${String(index).padStart(20, '0')}` },
    { dimension: 'tool.args.amount', value: index % 900 },
    { dimension: 'tool.args.subject', value: `rent ${index}` },
  ],
})

/** `digest`: the keyed digest of a log. */
export const bodyOf = (index: number, call: Call, digest: (text: string) => string): ReceiptBody => {
  const request = call === 'held' ? payment(index) : lookup(index)
  const decision = decide(request, CONTEXT)
  const redaction = { digest, keep: new Set<string>(), hide: new Set<string>() }
  return {
    workload: 'bank/assistant',
    session: `session-${index % 1_000}`,
    identity: { subject: 'spiffe://bank/assistant', client: 'agent 1.4.2' },
    policy: POLICY.digest,
    evidence: decision.permission === null ? [] : [decision.permission],
    event: {
      kind: 'decision',
      ...receiptOf(request, decision, CONTEXT, POLICY, redaction),
      mode: 'enforce',
      effect: call === 'held' ? 'hold' : 'run',
      because: 'verdict',
      exception: null,
      call: `0191d6a0-7b5c-7c3e-9a55-${String(index).padStart(12, '0')}`,
    },
  }
}
