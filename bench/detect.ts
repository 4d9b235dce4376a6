/**
 * Detection on recorded sessions: alerts that benign sessions give after enforcement began, and alerts that prompt injections
 * give, by policies that have seen the other half of the benign sessions; and how long one judged call takes to be an alert.
 */
import type { Alert, AlertKind, Noted } from '../core/model/alert.ts'
import { DEFAULT_DECISIONS } from '../core/model/decisions.ts'
import type { DerivedPolicy } from '../core/model/policy.ts'
import type { WorkloadEvidence } from '../core/model/workload-evidence.ts'
import { createCollector, createDetector, derivePolicy, notedOf, profileOf } from '../core/pipeline.ts'
import { isBenign, isSuccessfulAttack, readSuite, type Session, type Suite } from './quality/sessions.ts'
import type { Report } from './report.ts'
import { table } from './table.ts'

/** The first ones warm up the compiler and are not counted. */
const PASSES = 50
const WARM = 10

interface Told {
  readonly sessions: number
  readonly sightings: number
  readonly alerts: number
  readonly updates: number
  /** Sessions with a sighting that is counted in an alert of this kind. */
  readonly byKind: Readonly<Partial<Record<AlertKind, number>>>
  readonly patterns: Readonly<Record<string, number>>
  /** Microseconds from `note` to its answer, over {@link PASSES} passes: the middle one and the slowest hundredth. */
  readonly median: number
  readonly p99: number
}

const collect = (sessions: readonly Session[]) => {
  const collector = createCollector()
  for (const { source, items } of sessions) collector.add(source, items)
  return collector.finish()
}

const wholeOf = (sessions: readonly Session[]): WorkloadEvidence => {
  const [evidence] = collect(sessions).workloads.values()
  if (evidence === undefined) throw new Error('no evidence')
  return evidence
}

const policyFrom = (sessions: readonly Session[]): DerivedPolicy => {
  const { workloads, ledger } = collect(sessions)
  const [evidence] = workloads.values()
  if (evidence === undefined) throw new Error('no evidence')
  return derivePolicy(profileOf(evidence, ledger), DEFAULT_DECISIONS)
}

const counts = <T extends string>(list: readonly T[]): Record<string, number> => {
  const found: Record<string, number> = {}
  for (const one of list) found[one] = (found[one] ?? 0) + 1
  return found
}

const kindsBySession = (policy: DerivedPolicy, noted: readonly Noted[]): Record<string, number> => {
  const sessions = new Map<AlertKind, Set<string>>()
  for (const one of noted) {
    // By itself, each sighting is told at once, with the kind that it has.
    for (const { kind } of createDetector(policy).note(one))
      sessions.set(kind, new Set([...(sessions.get(kind) ?? []), one.witness]))
  }
  return Object.fromEntries([...sessions].map(([kind, witnesses]) => [kind, witnesses.size]))
}

const timesOf = (policy: DerivedPolicy, noted: readonly Noted[]): readonly number[] => {
  const times: number[] = []
  for (let pass = 0; pass < WARM + PASSES; pass++) {
    const detector = createDetector(policy)
    for (const one of noted) {
      const start = performance.now()
      detector.note(one)
      if (pass >= WARM) times.push((performance.now() - start) * 1_000)
    }
  }
  return times.sort((a, b) => a - b)
}

const toldOf = (policy: DerivedPolicy, sessions: readonly Session[]): Told => {
  const noted = sessions.length === 0 ? [] : notedOf(policy, wholeOf(sessions), 'all')
  const detector = createDetector(policy)
  const told = noted.flatMap(one => detector.note(one))
  const last = new Map<string, Alert>([...told, ...detector.standing()].map(alert => [alert.id, alert]))
  const times = timesOf(policy, noted)
  const at = (share: number): number => times[Math.floor(times.length * share)] ?? 0
  return {
    sessions: sessions.length,
    sightings: noted.length,
    alerts: last.size,
    updates: told.length - last.size,
    byKind: kindsBySession(policy, noted),
    patterns: counts([...last.values()].map(({ continuity }) => continuity.pattern)),
    median: at(0.5),
    p99: at(0.99),
  }
}

const share = (part: number, whole: number): string => (whole === 0 ? '–' : `${((part / whole) * 100).toFixed(1)} %`)

const rowOf = (suite: Suite, what: string, told: Told): readonly string[] => [
  suite,
  what,
  String(told.sessions),
  String(told.sightings),
  String(told.alerts),
  String(told.updates),
  share(told.byKind['after-outside-content'] ?? 0, told.sessions),
  `${told.patterns.drift ?? 0} / ${told.patterns.anomaly ?? 0} / ${told.patterns.open ?? 0}`,
  told.sightings === 0 ? '–' : `${told.median.toFixed(0)} / ${told.p99.toFixed(0)}`,
]

const HEAD = [
  'deployment',
  'sessions',
  'number',
  'sightings',
  'alerts',
  'updates',
  'sessions after a naming text',
  'drift / anomaly / open',
  'µs median / p99',
]

export const detect = ({ data, suites }: { readonly data: string; readonly suites: readonly Suite[] }): Report => {
  const measured = suites.map(suite => {
    const all = readSuite(data, suite)
    const benign = all.filter(isBenign)
    const policy = policyFrom(benign.filter((_, index) => index % 2 === 0))
    return {
      suite,
      benign: toldOf(
        policy,
        benign.filter((_, index) => index % 2 === 1),
      ),
      attacks: toldOf(policy, all.filter(isSuccessfulAttack)),
    }
  })
  const rows = measured.flatMap(({ suite, benign, attacks }) => [
    rowOf(suite, 'benign', benign),
    ...(attacks.sessions === 0 ? [] : [rowOf(suite, 'injected', attacks)]),
  ])
  return { text: table(HEAD, rows), json: { measured } }
}
