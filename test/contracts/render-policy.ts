/**
 * A derived policy and artifacts with untrusted text in every place that can hold some: `text(n)` fills the n-th place.
 * Filled twice, with tame and with hostile text, a report must keep its structure.
 */

import { DEFAULT_DECISIONS } from '../../core/model/decisions.ts'
import type { Artifact } from '../../core/model/encoder.ts'
import type { Ledger } from '../../core/model/ledger.ts'
import type {
  DerivedPolicy,
  EvidenceCount,
  Permission,
  PermissionDimension,
  Withheld,
} from '../../core/model/policy.ts'
import { POLICY_FORMAT } from '../../core/model/policy.ts'
import type { ActionRequest } from '../../core/model/request.ts'
import { SUBSTRATES } from '../../core/model/substrate.ts'

export interface Filled {
  readonly policy: DerivedPolicy
  readonly ledger: Ledger
  readonly artifacts: readonly Artifact[]
  readonly request: ActionRequest
}

/** Places that {@link filled} asks for. */
export const PLACES = 60

export const filled = (text: (place: number) => string): Filled => {
  const evidence = (count: number): EvidenceCount => ({
    count,
    witnesses: count,
    sessions: count,
    clusters: count,
    days: 2,
    firstSeen: '2026-01-01T00:00:00Z',
    lastSeen: '2026-01-14T00:00:00Z',
    sources: [text(0), text(1)],
  })
  const dimension = (place: number, change: Partial<PermissionDimension>): PermissionDimension => ({
    dimension: text(place),
    type: 'text',
    role: { value: 'sink', by: 'name' },
    rule: 'exact',
    allow: { kind: 'set', values: [text(place + 1), text(place + 2)] },
    review: { kind: 'prefix', prefixes: [text(place + 3)] },
    absent: 'review',
    context: [],
    trace: {
      distinct: 9,
      samples: [text(place + 1), text(place + 2)],
      considered: [
        { rule: 'exact', miss: 0.4 },
        { rule: 'prefix(2)', miss: null },
      ],
    },
    latitude: { statement: text(place + 4), beyond: null },
    openness: 'session',
    evidence: evidence(12),
    ...change,
  })
  const permission = (place: number, change: Partial<Permission>): Permission => ({
    id: `tool/${text(place)}`,
    substrate: 'tool',
    action: text(place),
    access: { value: 'write', by: 'name' },
    dimensions: [
      dimension(place + 1, {}),
      dimension(place + 6, {
        allow: { kind: 'anyOf', of: [{ kind: 'request' }, { kind: 'prefix', prefixes: [text(place)] }] },
      }),
      dimension(place + 11, { allow: { kind: 'any' }, review: null, absent: 'allow' }),
    ],
    others: { allow: { kind: 'set', values: [text(place + 2)] }, review: null },
    argumentsSeen: true,
    evidence: evidence(20),
    ...change,
  })
  const withheld = (place: number, change: Partial<Withheld>): Withheld => ({
    substrate: 'tool',
    action: text(20),
    dimension: text(21),
    value: text(place),
    class: 'one-time',
    findings: ['one-day'],
    evidence: evidence(4),
    ...change,
  })
  const policy: DerivedPolicy = {
    format: POLICY_FORMAT,
    digest: `sha256:${'0'.repeat(64)}`,
    workload: { namespace: 'prod', name: 'agent' },
    thresholds: { moreThan: 5, witnesses: 3, arithmetic: null },
    decisions: DEFAULT_DECISIONS,
    bounds: ['tool', 'syscall'],
    permissions: [
      permission(2, {}),
      permission(20, { access: { value: 'destructive', by: 'declared' }, argumentsSeen: false }),
      permission(36, { id: `syscall/${text(36)}`, substrate: 'syscall', dimensions: [] }),
    ],
    envelopes: [
      {
        substrate: 'tool',
        access: 'read',
        rule: 'same-access',
        firstWords: ['get'],
        prefixes: [],
        values: null,
        explained: null,
        statement: text(37),
      },
    ],
    withheld: [
      withheld(38, {}),
      withheld(39, { class: 'burst' }),
      withheld(40, { action: text(41), dimension: null, value: null }),
    ],
    usual: null,
    expected: { knownTasks: { sessions: 40, groups: 40, denied: 0, reviewed: 0.05, prompts: 0.1 }, newTasks: null },
    overGrant: { observed: 12, unbounded: 2, patterned: 1, session: 3, share: 0.25 },
    coverage: {
      window: { first: '2026-01-01T00:00:00Z', last: '2026-01-14T00:00:00Z', days: 13 },
      complete: false,
      incomplete: [
        { code: 'records-rejected', detail: text(42) },
        { code: 'value-overflow', detail: text(43) },
      ],
      substrates: SUBSTRATES.slice(0, 2).map(substrate => ({
        substrate,
        witnesses: 20,
        clusters: 4,
        surfaces: 3,
        values: 9,
        unseenMass: 0.12,
        unseenInterval: [0.03, 0.3],
        clusterUnseenMass: 0.5,
        clusterUnseenInterval: null,
        unseenCount: 4,
        unseenCountInterval: [1.5, 11],
        clusterUnseenCount: 9,
        clusterUnseenCountInterval: null,
        newPerDay: 2,
        stop: false,
        toStop: null,
      })),
    },
    validity: {
      models: [text(44), text(45)],
      prompts: [text(46)],
      catalogs: [text(47)],
      tools: [],
      images: [text(48)],
      identities: [text(49)],
      revisions: ['sha256:1', 'sha256:2'],
      notAfter: '2026-02-13T00:00:00Z',
    },
    blindTo: [{ source: text(0), statement: text(50) }],
    base: { dns: false, processStartSeen: true },
  }
  return {
    policy,
    ledger: [
      { source: text(51), received: 9, accepted: 5, duplicate: 1, rejected: { 'not-json': 3 }, lost: null },
      { source: text(52), received: 2, accepted: 2, duplicate: 0, rejected: {}, lost: 0 },
    ],
    artifacts: [
      {
        encoder: 'cedar',
        files: [{ name: 'policy.cedar', content: '' }],
        losses: [
          {
            code: 'constraint-widened',
            permission: `tool/${text(2)}`,
            dimension: text(3),
            widens: true,
            narrows: false,
            detail: text(53),
          },
          {
            code: 'review-as-deny',
            permission: `tool/${text(20)}`,
            dimension: null,
            widens: false,
            narrows: true,
            detail: text(54),
          },
        ],
      },
      {
        encoder: 'seccomp',
        files: [],
        losses: [
          { code: 'not-written', permission: null, dimension: null, widens: false, narrows: false, detail: text(55) },
        ],
      },
    ],
    request: {
      substrate: 'tool',
      action: text(2),
      values: [
        { dimension: text(3), value: text(56) },
        { dimension: text(57), value: text(58) },
      ],
      visibility: 'seen',
    },
  }
}
