/** Fed items → evidence → profile → policy: the program's own pipeline, and views of its output that can be compared. */
import { canonicalJson } from '../../core/model/canonical.ts'
import { type ClosureMode, DEFAULT_DECISIONS, type Decisions } from '../../core/model/decisions.ts'
import type { Observation } from '../../core/model/observation.ts'
import type { DerivedPolicy } from '../../core/model/policy.ts'
import type { Profile } from '../../core/model/profile.ts'
import { SIGNAL_NAMES } from '../../core/model/usual.ts'
import type { Evidence, WorkloadEvidence } from '../../core/model/workload-evidence.ts'
import { createCollector, derivePolicy, profileOf } from '../../core/pipeline.ts'
import type { Fed } from './arbitrary-evidence.ts'

export const MODES: readonly ClosureMode[] = ['literal', 'structural', 'probabilistic']

export const decisionsFor = (mode: ClosureMode): Decisions => ({
  ...DEFAULT_DECISIONS,
  closure: {
    ...DEFAULT_DECISIONS.closure,
    mode: { value: mode, by: 'written' },
    // As wide a promise as one may write, so that few sessions are enough for bounds.
    sigma: { value: 0.5, by: 'written' },
    signals: { value: SIGNAL_NAMES, by: 'written' },
  },
})

export const collected = (feed: readonly Fed[]): Evidence => {
  const collector = createCollector()
  for (const { source, item } of feed) collector.add(source, [item])
  return collector.finish()
}

/** By workload. */
export const profilesOf = ({ workloads, ledger }: Evidence): ReadonlyMap<string, Profile> =>
  new Map([...workloads].map(([name, evidence]) => [name, profileOf(evidence, ledger)]))

export const policiesOf = (evidence: Evidence, mode: ClosureMode): ReadonlyMap<string, DerivedPolicy> =>
  new Map([...profilesOf(evidence)].map(([name, profile]) => [name, derivePolicy(profile, decisionsFor(mode))]))

/** Maps and sets as sorted lists, so that equal content is equal text whatever the order of insertion. */
const plain = (value: unknown): unknown => {
  if (value instanceof Map) return sorted([...value].map(([key, entry]) => [key, plain(entry)]))
  if (value instanceof Set) return sorted([...value].map(plain))
  if (Array.isArray(value)) return value.map(plain)
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, plain(entry)]))
}
const sorted = (list: readonly unknown[]): unknown => ({ sorted: list.map(canonicalJson).sort() })

/** A profile without its ledger as text. */
export const profileText = (profile: Profile): string => canonicalJson(plain({ ...profile, ledger: [] }))

/** Policies, whole, as text. */
export const policyTexts = (policies: ReadonlyMap<string, DerivedPolicy>): string =>
  [...policies.values()]
    .map(policy => canonicalJson(policy))
    .sort()
    .join('\n')

export const observationsOf = (feed: readonly Fed[]): readonly Observation[] =>
  feed.flatMap(({ item }) => (item.kind === 'observation' ? item.observation : []))

export const fed = (observation: Observation): Fed => ({
  source: observation.source,
  item: { kind: 'observation', observation },
})

/** The same observation, so many times more, under ids of their own. */
export const copies = (observation: Observation, count: number): readonly Fed[] =>
  Array.from({ length: count }, (_, index) => fed({ ...observation, id: `${observation.id}-copy-${index}` }))

/** The observations that `judge` gives one judgement each, in the same order. */
export const inJudgedOrder = ({ observations }: WorkloadEvidence): readonly Observation[] =>
  [...observations].sort((a, b) => {
    const [left, right] = [a.session ?? '', b.session ?? '']
    return left < right ? -1 : left > right ? 1 : a.start - b.start
  })

/** Generated cases of each law: quick by default, as many as asked for by AMBIT_LAW_RUNS. */
export const LAW_RUNS = Number(process.env.AMBIT_LAW_RUNS ?? 200)
