/**
 * What detection says over time: judgements → alerts. An alert names the dimension and the closure rule that was left, carries
 * its evidence, and says what the pattern-continuity test makes of it. One alert stands for every sighting alike, with a count.
 */
import type { Micros } from './observation.ts'
import type { Scalar } from './scalar.ts'
import type { Substrate } from './substrate.ts'
import type { Deviation, Verdict, VerdictCode } from './verdict.ts'

/** Whether a text from outside was read in the session before the call, and whether it names what deviates. */
export type Outside = 'nothing-read' | 'read' | 'named'

/** One judged call, as detection is told of it. */
export interface Noted {
  /** The observation's id, or the call's in the audit log; null where it has none. */
  readonly id: string | null
  /** What counts once: the session, else one process lifetime on one day. */
  readonly witness: string
  /** When the call was made. */
  readonly at: Micros
  readonly substrate: Substrate
  readonly action: string
  readonly verdict: Verdict
  readonly code: VerdictCode
  readonly permission: string | null
  /** The worst first, secrets already masked. */
  readonly deviations: readonly Deviation[]
  /** Null: this enforcement point did not see it. */
  readonly outside: Outside | null
  /** What kind of task the session is (`detect/task`); null where its request was not seen. */
  readonly task: readonly number[] | null
  /** Id of the exception that covered it: what a person let through is no news. */
  readonly exception: string | null
}

/** Text for each kind is rendered elsewhere, once; the order is the order of urgency. */
export const ALERT_KINDS = {
  'after-outside-content': 'a text that the session had read names what the policy does not allow',
  burst: 'much at once that the policy does not allow',
  deviation: 'outside of everything that was observed',
  'late-onset': 'began late in the window, or after it',
  'withheld-recurs': 'seen in the window under the threshold, and now again',
  'soft-violation': 'inside the envelope, and for a person to decide',
} as const
export type AlertKind = keyof typeof ALERT_KINDS

export const SEVERITIES = ['low', 'medium', 'high'] as const
export type Severity = (typeof SEVERITIES)[number]

/** Why the pattern-continuity test says what it says. */
export const CONTINUITY_REASONS = {
  'several-days': 'seen on several days',
  'several-witnesses': 'shown by more witnesses than the confidence decision asks for',
  'several-tasks': 'seen in several kinds of task',
  'one-witness': 'shown by one witness only',
  'one-task': 'seen in one kind of task only',
  once: 'seen once',
  'one-burst': 'all within one hour',
  'after-outside-only': 'only after a text from outside was read that names it',
  'few-witnesses': 'shown by no more witnesses than the confidence decision asks for',
  'outside-unknown': 'what the sessions had read was not seen',
  'task-unknown': 'the sessions’ requests were not seen',
} as const
export type ContinuityReason = keyof typeof CONTINUITY_REASONS

/** `drift`: the workload has changed, spread over days and tasks. `anomaly`: an episode. `open`: too little to tell. */
export interface Continuity {
  readonly pattern: 'drift' | 'anomaly' | 'open'
  readonly reasons: readonly ContinuityReason[]
}

/** Counts saturate at what a detector keeps; then `atLeast` says so. */
export interface AlertEvidence {
  readonly count: number
  readonly witnesses: number
  readonly days: number
  /** Kinds of task; null: no session's request was seen. */
  readonly tasks: number | null
  /** Distinct values that are counted together in this alert. */
  readonly values: number
  /** Witnesses, days, tasks and values are lower bounds. */
  readonly atLeast: boolean
  /** Of these sightings, those after a text that names what deviates; null where none of them could be told. */
  readonly named: number | null
  /** RFC 3339. */
  readonly firstSeen: string
  readonly lastSeen: string
  /** The first few witnesses and observation ids, cut to a bounded length. */
  readonly sampleWitnesses: readonly string[]
  readonly sampleIds: readonly string[]
}

export interface Alert {
  /** The same for every update of one alert. */
  readonly id: string
  /** 0 for a new alert; then one more each time that it is told again, because its count or its pattern has grown. */
  readonly revision: number
  readonly kind: AlertKind
  readonly severity: Severity
  /** `namespace/name`. */
  readonly workload: string
  /** Digest of the policy that judged. */
  readonly policy: string
  readonly substrate: Substrate
  /** Null: several actions are counted together. */
  readonly action: string | null
  readonly permission: string | null
  readonly verdict: Verdict
  readonly code: VerdictCode
  /** The dimension that was left, and the closure rule behind it; null where the surface itself deviates. */
  readonly dimension: string | null
  readonly rule: string | null
  /** In one line; empty where the surface itself deviates. */
  readonly allowed: string
  /** The first few values that were observed, secrets masked, cut to a bounded length. */
  readonly observed: readonly Scalar[]
  readonly evidence: AlertEvidence
  readonly continuity: Continuity
}
