/** A derived policy from the few fields that a test is about; everything else as a small complete window gives it. */
import type { Constraint } from '../../core/model/constraint.ts'
import { DEFAULT_DECISIONS } from '../../core/model/decisions.ts'
import { type DerivedPolicy, type EvidenceCount, type Permission, POLICY_FORMAT } from '../../core/model/policy.ts'
import { SUBSTRATES, type Substrate } from '../../core/model/substrate.ts'

const evidence: EvidenceCount = {
  count: 40,
  witnesses: 9,
  sessions: 9,
  clusters: 9,
  days: 7,
  firstSeen: '2026-01-01T00:00:00Z',
  lastSeen: '2026-01-14T00:00:00Z',
  sources: ['ambit'],
}

export interface PermissionSketch {
  readonly substrate: Substrate
  readonly action: string
  /** By dimension. */
  readonly allow?: Readonly<Record<string, Constraint>>
  readonly review?: Readonly<Record<string, Constraint>>
}

const permissionOf = ({ substrate, action, allow = {}, review = {} }: PermissionSketch): Permission => ({
  id: `${substrate}/${action}`,
  substrate,
  action,
  access: { value: 'read', by: 'substrate' },
  dimensions: Object.entries(allow).map(([dimension, constraint]) => ({
    dimension,
    type: 'identifier',
    role: { value: 'sink', by: 'substrate' },
    rule: constraint.kind,
    allow: constraint,
    review: review[dimension] ?? null,
    absent: 'deny',
    context: [],
    trace: { distinct: 1, samples: [], considered: [] },
    latitude: { statement: 'nothing', beyond: 0 },
    openness: 'observed',
    evidence,
  })),
  others: { allow: { kind: 'none' }, review: null },
  argumentsSeen: true,
  evidence,
})

/** Bound to nothing that could change. */
export const UNBOUND: DerivedPolicy['validity'] = {
  models: [],
  prompts: [],
  catalogs: [],
  tools: [],
  images: [],
  identities: [],
  revisions: [],
  notAfter: '2026-02-14T00:00:00Z',
}

export const policyOf = (
  permissions: readonly PermissionSketch[],
  changes: Partial<Pick<DerivedPolicy, 'workload' | 'base' | 'coverage' | 'withheld' | 'usual'>> = {},
): DerivedPolicy => ({
  format: POLICY_FORMAT,
  digest: `sha256:${'0'.repeat(64)}`,
  workload: { namespace: 'research', name: 'research-agent' },
  thresholds: { moreThan: 5, witnesses: 3, arithmetic: null },
  decisions: DEFAULT_DECISIONS,
  bounds: SUBSTRATES.filter(substrate => permissions.some(permission => permission.substrate === substrate)),
  permissions: permissions.map(permissionOf),
  envelopes: [],
  withheld: [],
  usual: null,
  expected: { knownTasks: null, newTasks: null },
  overGrant: { observed: 0, unbounded: 0, patterned: 0, session: 0, share: 0 },
  coverage: {
    window: { first: evidence.firstSeen, last: evidence.lastSeen, days: 14 },
    complete: true,
    incomplete: [],
    substrates: [],
  },
  validity: UNBOUND,
  blindTo: [],
  base: { dns: true, processStartSeen: true },
  ...changes,
})

export const syscallPolicy = (names: readonly string[]): DerivedPolicy =>
  policyOf(names.map(action => ({ substrate: 'syscall', action })))
