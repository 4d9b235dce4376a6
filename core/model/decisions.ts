/** The four decisions as a person wrote them, every field with its source. */
import type { Substrate } from './substrate.ts'
import type { Signal } from './usual.ts'
import type { Workload } from './workload.ts'

/** `defaulted` is recorded and printed, never silently filled. */
export interface Decided<T> {
  readonly value: T
  readonly by: 'written' | 'defaulted'
}

/** `probabilistic` is the structural envelope with what is usual inside it. */
export type ClosureMode = 'literal' | 'structural' | 'probabilistic'
export const UNOBSERVED = ['review', 'explained'] as const
export type Unobserved = (typeof UNOBSERVED)[number]
export const FIELDS = ['any', 'usual'] as const
export type Fields = (typeof FIELDS)[number]
export type Distinct = 'sessions' | 'clusters' | 'both'
export type Access = 'read' | 'write' | 'destructive'
export type Role = 'sink' | 'amount' | 'selector' | 'content' | 'free' | 'secret'

/** What a person says of one dimension of one action (`*` for any action). */
export interface DimensionDecision {
  readonly action: string
  readonly dimension: string
  readonly role: Role | null
  /** A closure rule by name, e.g. `exact`, `prefix(2)`, `any`. */
  readonly closure: string | null
}

export interface ActionDecision {
  readonly substrate: Substrate
  readonly action: string
  readonly access: Access
}

export interface Decisions {
  readonly granularity: {
    /** Substrates to encode against. Default: all with evidence. */
    readonly substrates: Decided<readonly Substrate[]>
    readonly actions: readonly ActionDecision[]
  }
  readonly closure: {
    readonly mode: Decided<ClosureMode>
    readonly perSubstrate: Readonly<Partial<Record<Substrate, ClosureMode>>>
    /** Expected share of sessions whose value may fall outside a rule before the next wider one is taken. */
    readonly missBudget: Decided<number>
    readonly dimensions: readonly DimensionDecision[]
    /** Probabilistic: how many standard deviations are usual, and which signals ask a person beyond them. */
    readonly sigma: Decided<number>
    readonly signals: Decided<readonly Signal[]>
    /** What becomes of surfaces that were not observed, or not often enough: a person, or the session where it explains the call. */
    readonly unobserved: Decided<Unobserved>
    /** Which fields of earlier results may give a value: any, or those that gave it in the window. */
    readonly fields: Decided<Fields>
  }
  readonly confidence: {
    /** More than this many times. */
    readonly moreThan: Decided<number | 'auto'>
    /** By more than this many distinct witnesses. */
    readonly witnesses: Decided<number | 'auto'>
    /** What one witness adds to the count at most. */
    readonly perWitness: Decided<number>
    readonly distinct: Decided<Distinct>
    /** Share of a cluster's sessions that must show a value that a text they read may have suggested, or that nothing explains. */
    readonly quorum: Decided<number>
    readonly perSubstrate: Readonly<
      Partial<Record<Substrate, { readonly moreThan: number; readonly witnesses: number }>>
    >
  }
  readonly validity: {
    /** Days after the last evidence. */
    readonly expiresAfterDays: Decided<number>
    readonly revisions: Decided<'merge' | 'latest'>
  }
  /** Identity (role or user ARN) → workload, for evidence that names no Kubernetes workload. */
  readonly identities: readonly { readonly arn: string; readonly workload: Workload }[]
}

const by = <T>(value: T): Decided<T> => ({ value, by: 'defaulted' })

/** What holds where nobody wrote anything; printed as `defaulted` on every policy. */
export const DEFAULT_DECISIONS: Decisions = {
  granularity: { substrates: by(['tool', 'network', 'syscall', 'process', 'iam']), actions: [] },
  closure: {
    mode: by('structural'),
    perSubstrate: {},
    missBudget: by(0.1),
    dimensions: [],
    sigma: by(3),
    signals: by([]),
    unobserved: by('review'),
    fields: by('any'),
  },
  confidence: {
    moreThan: by(5),
    witnesses: by(3),
    perWitness: by(3),
    distinct: by('sessions'),
    quorum: by(0.3),
    perSubstrate: {},
  },
  validity: { expiresAfterDays: by(30), revisions: by('merge') },
  identities: [],
}

/** The workloads of all identities that these name, for sources that know nothing else. */
export const identitiesOf = (all: readonly Decisions[]): ReadonlyMap<string, Workload> =>
  new Map(all.flatMap(({ identities }) => identities.map(({ arn, workload }) => [arn, workload] as const)))

/** Whether any substrate is closed probabilistically: only then do sigma and signals decide anything. */
export const isProbabilistic = ({ closure }: Decisions): boolean =>
  [closure.mode.value, ...Object.values(closure.perSubstrate)].includes('probabilistic')
