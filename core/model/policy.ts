/**
 * The derived policy: the document that people sign and encoders write for enforcement points. `policy.yaml` is this
 * interface, literally. All lists are sorted; all times come from evidence; the digest is over the canonical JSON of
 * everything else. The ledger is the review's: what was received twice must change no byte here.
 */
import type { Constraint } from './constraint.ts'
import type { Access, Decisions, Role } from './decisions.ts'
import type { Scalar } from './scalar.ts'
import type { Substrate } from './substrate.ts'
import type { Usual } from './usual.ts'
import type { ValueType } from './value-type.ts'
import type { Verdict } from './verdict.ts'
import type { Workload } from './workload.ts'

export const POLICY_FORMAT = 'ambit.policy/v1'

/** Numbers that go with everything observed. Times are RFC 3339 UTC. */
export interface EvidenceCount {
  /** Times seen, each witness adding at most the cap. */
  readonly count: number
  readonly witnesses: number
  readonly sessions: number
  /** Kinds of task that the witnesses are of: one where all were asked for alike, or did alike where no request was recorded. */
  readonly clusters: number
  readonly days: number
  readonly firstSeen: string
  readonly lastSeen: string
  readonly sources: readonly string[]
}

/** Where a classification came from: the tool's own declaration, its name, its values, or a person. */
export type Basis = 'declared' | 'name' | 'value' | 'written' | 'substrate'

/**
 * From nothing beyond the observed values to everything. `session`: only the session can allow a value never seen (its request,
 * its results, or that nothing suggested it); `patterned`: one that fits a range, a shape, a prefix, a directory or a domain;
 * `unbounded`: any, or any of its type or length.
 */
export const OPENNESS = ['observed', 'session', 'patterned', 'unbounded'] as const
export type Openness = (typeof OPENNESS)[number]

/**
 * What the envelope grants beyond what was observed: of all that the workload was seen to vary in what it writes, destroys
 * or reaches, how much does the policy leave open? Counts of dimensions; `observed` is the same under every decision, so that
 * policies of one window compare.
 */
export interface OverGrant {
  /** Dimensions seen on actions that do more than read, whether they were permitted or not. */
  readonly observed: number
  /** … in which the call alone may carry any value, or any of its type or length. */
  readonly unbounded: number
  /** … in which it may carry a value never seen that fits a pattern. */
  readonly patterned: number
  /** … in which only the session can allow a value never seen. */
  readonly session: number
  /** `(unbounded + patterned) / observed`: the share open to the call alone. 0 where nothing was observed. */
  readonly share: number
}

/** One rule of the lattice that was considered, tightest first. */
export interface ConsideredRule {
  readonly rule: string
  /** Estimated chance that the next session shows a value outside; null where it cannot be estimated. */
  readonly miss: number | null
}

export interface PermissionDimension {
  readonly dimension: string
  readonly type: ValueType
  readonly role: { readonly value: Role; readonly by: Basis }
  /** Closure rule with its parameter, e.g. `exact`, `domain`, `cidr(24)`. */
  readonly rule: string
  readonly allow: Constraint
  /** Wider than `allow`; what lies between them is for a person. Null: outside `allow` is deny. */
  readonly review: Constraint | null
  /** Verdict when the request lacks the dimension. */
  readonly absent: Verdict
  /** What `allow` depends on beyond the call itself. */
  readonly context: readonly ('request' | 'results')[]
  /** values → rule → constraint: how many distinct values went in, a few of them, and the rules beside the chosen one. */
  readonly trace: {
    readonly distinct: number
    /** Up to five, most witnessed first; digests where the type is secret. */
    readonly samples: readonly Scalar[]
    readonly considered: readonly ConsideredRule[]
  }
  /** What the rule grants beyond what was observed. `beyond` is a count of values where one exists, else null. */
  readonly latitude: { readonly statement: string; readonly beyond: number | null }
  /** How far the whole of `allow` reaches beyond what was observed. */
  readonly openness: Openness
  readonly evidence: EvidenceCount
}

export interface Permission {
  /** `<substrate>/<action>`, escaped; unique in the policy and stable across derivations. */
  readonly id: string
  readonly substrate: Substrate
  readonly action: string
  readonly access: { readonly value: Access; readonly by: Basis }
  readonly dimensions: readonly PermissionDimension[]
  /** For dimensions that the permission does not list. */
  readonly others: { readonly allow: Constraint; readonly review: Constraint | null }
  /** Whether the verdict rests on arguments that were recorded; false: bounded at the surface only, and said so. */
  readonly argumentsSeen: boolean
  readonly evidence: EvidenceCount
}

/** How unobserved surfaces are judged beyond `deny`: up to `review`, and further only where a person decided so. */
export interface SurfaceEnvelope {
  readonly substrate: Substrate
  readonly access: Access
  readonly rule: string
  /** Action names (lower case) whose first word is one of these, or that start with one of the prefixes. */
  readonly firstWords: readonly string[]
  readonly prefixes: readonly string[]
  /** What every value of the request must lie in, or null where any value does. */
  readonly values: Constraint | null
  /** What the session must say of a call to allow it; null: nothing does. Also for what is withheld and has such a name. */
  readonly explained: Explained | null
  readonly statement: string
}

/** Every value lies in `every`, and at least one in `some` (null: none needs to). Not the actions in `except`. */
export interface Explained {
  readonly every: Constraint
  readonly some: Constraint | null
  /** Actions that are known to do more than their names say. */
  readonly except: readonly string[]
}

export type WithheldClass = 'rare-recurring' | 'one-task' | 'one-time' | 'late-onset' | 'burst' | 'suggested'

/** What the pattern-continuity test found against it, beside its class. Text for each is rendered once, by the report. */
export const CONTINUITY_FINDINGS = {
  'one-day': 'by several witnesses, all on one day of a longer window',
  'one-task': 'by several witnesses, all of one kind of task',
  late: 'not before the last fifth of the window',
  'after-outside-only': 'in each session only after it had read text that a tool returned',
  'outside-unknown': 'what some of the sessions had read before is not known',
} as const
export type ContinuityFinding = keyof typeof CONTINUITY_FINDINGS
export const CONTINUITY_CODES = Object.keys(CONTINUITY_FINDINGS) as readonly ContinuityFinding[] // The keys of a literal are exactly its codes.

/**
 * Seen, but under the threshold. `dimension` null: the whole surface. A dimension with `value` null: the dimension as a whole,
 * which its permission then does not list.
 */
export interface Withheld {
  readonly substrate: Substrate
  readonly action: string
  readonly dimension: string | null
  /** The value, or null for a surface or a dimension as a whole. Digest where the type is secret. */
  readonly value: Scalar
  readonly class: WithheldClass
  /** In the order of the table. */
  readonly findings: readonly ContinuityFinding[]
  readonly evidence: EvidenceCount
}

export interface SubstrateCoverage {
  readonly substrate: Substrate
  readonly witnesses: number
  /** Clusters of alike witnesses: by the user's request; where none was recorded, by the shape of the trace. */
  readonly clusters: number
  readonly surfaces: number
  readonly values: number
  /**
   * Chance that the next witness shows a surface, or a value of a bounded dimension, that none has shown: the share of
   * witnesses that showed one alone (Good–Turing). Holds for witnesses like those of the window. Null with fewer than two.
   */
  readonly unseenMass: number | null
  /** Middle 95 % of that chance: low, high. */
  readonly unseenInterval: readonly [number, number] | null
  /** The same by clusters of alike witnesses: the chance for a witness of a kind that the window does not hold. */
  readonly clusterUnseenMass: number | null
  readonly clusterUnseenInterval: readonly [number, number] | null
  /** Chao's estimate of how many surfaces and values remain unseen, a lower bound. Null with fewer than two witnesses. */
  readonly unseenCount: number | null
  /** Middle 95 % of that number; null where what was seen gives it no spread. */
  readonly unseenCountInterval: readonly [number, number] | null
  /** The same by clusters of alike witnesses. */
  readonly clusterUnseenCount: number | null
  readonly clusterUnseenCountInterval: readonly [number, number] | null
  readonly newPerDay: number
  /** Both limits hold: unseen mass under 5 % and fewer than one new dimension value per 24 h. */
  readonly stop: boolean
  /** At least so many further witnesses until both hold, and days at the window’s rate; 0 when they do, null where that cannot be said. */
  readonly toStop: { readonly witnesses: number; readonly days: number } | null
}

export interface Coverage {
  readonly window: { readonly first: string; readonly last: string; readonly days: number }
  readonly complete: boolean
  /** Why the profile is not complete: codes with a figure. Empty when complete. */
  readonly incomplete: readonly { readonly code: IncompleteCode; readonly detail: string }[]
  readonly substrates: readonly SubstrateCoverage[]
}
export const INCOMPLETE_CODES = {
  'records-rejected': 'records that could be this workload’s were rejected',
  'sensor-loss': 'a sensor says that it lost events',
  'sequence-gap': 'numbers of a stream are missing: records were lost on the way',
  'stream-open': 'a stream has no end record: its tail may be missing, or it is still being written',
  'stream-contradicts': 'two records claim one number of a stream, so its numbers tell nothing',
  'value-overflow': 'a dimension had more distinct values than the profile keeps',
  'witness-overflow':
    'a witness showed more distinct surfaces, dimensions or values than the profile keeps, and counts for none of them',
  'withheld-overflow': 'more is withheld than the policy lists',
  'start-missed': 'the window does not include the start of a process, so what a start needs is unknown',
  'arguments-absent': 'arguments were not recorded for a part of the calls',
} as const
export type IncompleteCode = keyof typeof INCOMPLETE_CODES

export interface Validity {
  /** What the evidence was made with, and so what the policy is bound to. Empty: unknown, and no trigger can fire on it. */
  readonly models: readonly string[]
  readonly prompts: readonly string[]
  readonly catalogs: readonly string[]
  /** Of every tool that a catalog declared, the digest of its declaration: which one changed, where the whole did. */
  readonly tools: readonly string[]
  readonly images: readonly string[]
  readonly identities: readonly string[]
  /** Digests of the distinct combinations; more than one: a policy over merged revisions. */
  readonly revisions: readonly string[]
  readonly notAfter: string
}

/** Shares of sessions, each judged by a policy derived without it. */
export interface ExpectedRates {
  readonly sessions: number
  /** Units that were left out together: sessions, or clusters of alike sessions. */
  readonly groups: number
  /** At least one `deny`. */
  readonly denied: number
  /** At least one `review` and no `deny`. */
  readonly reviewed: number
  /** Mean number of distinct surfaces and values per session that a person would be asked about. */
  readonly prompts: number
}

/** What enforcement would cost, estimated by cross-validation inside the window. Null: too few sessions to say. */
export interface Expected {
  /** Sessions like those of the window. */
  readonly knownTasks: ExpectedRates | null
  /** Sessions unlike all of the window: whole clusters of alike sessions left out. */
  readonly newTasks: ExpectedRates | null
}

/** The confidence thresholds as numbers, also where `auto` was decided. */
export interface Thresholds {
  readonly moreThan: number
  readonly witnesses: number
  /** How `auto` came to them; null where both were given. */
  readonly arithmetic: string | null
}

export interface DerivedPolicy {
  readonly format: typeof POLICY_FORMAT
  readonly digest: string
  readonly workload: Workload
  readonly decisions: Decisions
  readonly thresholds: Thresholds
  /** Substrates that the policy bounds: those encoded with at least one permission. */
  readonly bounds: readonly Substrate[]
  readonly permissions: readonly Permission[]
  readonly envelopes: readonly SurfaceEnvelope[]
  readonly withheld: readonly Withheld[]
  /** Null where no substrate is closed probabilistically. */
  readonly usual: Usual | null
  readonly expected: Expected
  readonly overGrant: OverGrant
  readonly coverage: Coverage
  readonly validity: Validity
  readonly blindTo: readonly { readonly source: string; readonly statement: string }[]
  /** Base a runtime needs to start, never gated by count. */
  readonly base: { readonly dns: boolean; readonly processStartSeen: boolean }
}
