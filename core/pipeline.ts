/**
 * The table of contents of the program: what evidence can come from, how it can be closed, where a policy can be enforced,
 * and the order in which an observation travels. Everything that is built in is listed here, by hand; a test asserts that
 * the lists, the files, the documentation and the case folders agree.
 */
import { any } from './closure/any.ts'
import { arn } from './closure/arn.ts'
import { cidr } from './closure/cidr.ts'
import { domain } from './closure/domain.ts'
import { exact } from './closure/exact.ts'
import { host } from './closure/host.ts'
import { length } from './closure/length.ts'
import { path } from './closure/path.ts'
import { prefix } from './closure/prefix.ts'
import { range } from './closure/range.ts'
import { shape } from './closure/shape.ts'
import { type } from './closure/type.ts'
import { replay } from './decide/replay.ts'
import { accessByName, accessOf } from './derive/access.ts'
import type { Knowledge } from './derive/assess-surfaces.ts'
import { derive } from './derive/derive.ts'
import { whatIf } from './derive/what-if.ts'
import { outsideOf } from './detect/outside.ts'
import { taskOf } from './detect/task.ts'
import { cedarEncoder } from './encode/cedar.ts'
import { ciliumEncoder } from './encode/cilium.ts'
import { iamAction } from './encode/iam-actions.ts'
import { iamBoundaryEncoder } from './encode/iam-boundary.ts'
import { networkPolicyEncoder } from './encode/network-policy.ts'
import { seccompEncoder } from './encode/seccomp.ts'
import type { Noted } from './model/alert.ts'
import type { ClosureRule } from './model/closure-rule.ts'
import { type Access, DEFAULT_DECISIONS, type Decisions } from './model/decisions.ts'
import type { Artifact, Encoder } from './model/encoder.ts'
import type { EvidenceItem } from './model/evidence.ts'
import type { Folding } from './model/folding.ts'
import type { ContextScope } from './model/judgement.ts'
import type { Ledger } from './model/ledger.ts'
import type { DerivedPolicy } from './model/policy.ts'
import type { Profile } from './model/profile.ts'
import type { EvidenceSource, SourceOptions } from './model/source.ts'
import type { Substrate } from './model/substrate.ts'
import type { WhatIf } from './model/what-if.ts'
import { workloadKey } from './model/workload.ts'
import type { WorkloadEvidence } from './model/workload-evidence.ts'
import { ambitSource } from './observe/ambit.ts'
import { cloudtrailSource } from './observe/cloudtrail.ts'
import { envoySource } from './observe/envoy.ts'
import { falcoSource } from './observe/falco.ts'
import { hubbleSource } from './observe/hubble.ts'
import { inspektorGadgetSource } from './observe/inspektor-gadget.ts'
import { kubernetesAuditSource } from './observe/kubernetes-audit.ts'
import { kubescapeSource } from './observe/kubescape.ts'
import { mcpLogSource } from './observe/mcp-log.ts'
import { otlpSource } from './observe/otlp.ts'
import { tetragonSource } from './observe/tetragon.ts'
import { evaluate } from './policy/evaluate.ts'
import { absorbShown, absorbWitness } from './profile/absorb-shown.ts'
import { floodSurfaces } from './profile/breadth.ts'
import { createCollector } from './profile/collect.ts'
import { emptyProfile, finishProfile, profileOf as foldProfile } from './profile/fold.ts'
import { joinPods } from './profile/join-pods.ts'
import { LONGEST_CALL } from './profile/join-sessions.ts'
import { ledgerFor, UNRECOGNIZED } from './profile/ledger.ts'
import { absorb } from './profile/merge.ts'
import { LOOKUP_KEPT } from './profile/name-destinations.ts'
import { summed } from './profile/streams.ts'
import { inPod, unitOf, unitOfSession } from './profile/unit.ts'
import { withoutSecrets } from './profile/without-secrets.ts'

export { auditDecision } from './decide/audit-decision.ts'
export { compile } from './decide/compile.ts'
export { coveringException, isInForce } from './decide/exception.ts'
export { judge } from './decide/judge.ts'
export { nearest } from './decide/nearest.ts'
export { receiptOf } from './decide/receipt.ts'
export { UNKNOWN_REASONS } from './decide/recompute.ts'
export type { Redaction } from './decide/redaction.ts'
export { replay } from './decide/replay.ts'
export { createDetector, type Detector } from './detect/detector.ts'
export { recurrencesOf } from './detect/recurrence.ts'
export { excuses } from './encode/loss-excuses.ts'
export { OBSERVATION_SCHEMA } from './observe/ambit-schema.ts'
export { type Causes, causesOf } from './profile/causes.ts'

import { markOne, marksOf } from './profile/marks.ts'

export { markEvidence } from './profile/marks.ts'
export { mergeProfiles } from './profile/merge.ts'
export { createCollector, outsideOf, taskOf, UNRECOGNIZED }

/** Tried in this order; the first that recognizes a record decodes it. */
export const SOURCES: readonly EvidenceSource[] = [
  ambitSource,
  otlpSource,
  cloudtrailSource,
  tetragonSource,
  hubbleSource,
  kubernetesAuditSource,
  envoySource,
  falcoSource,
  inspektorGadgetSource,
  kubescapeSource,
  mcpLogSource,
]

/** Tightest first. */
export const CLOSURE_RULES: readonly ClosureRule[] = [
  exact,
  shape,
  arn,
  range,
  host,
  path,
  domain,
  cidr,
  prefix,
  type,
  length,
  any,
]

export const CLOSURE_RULE_IDS: readonly string[] = CLOSURE_RULES.map(({ id }) => id)

export const ENCODERS: readonly Encoder[] = [
  cedarEncoder,
  networkPolicyEncoder,
  ciliumEncoder,
  seccompEncoder,
  iamBoundaryEncoder,
]

export interface DecodeOptions extends SourceOptions {
  /** Id of the source to use for every record, or null to recognize each. */
  readonly source: string | null
}

export interface DecodedRecord {
  /** Id of the source that decoded it, or `unrecognized`. */
  readonly source: string
  readonly items: readonly EvidenceItem[]
}

/** Total: a record that no source recognizes is one rejected item. */
export const decodeRecord = (record: unknown, options: DecodeOptions): DecodedRecord => {
  const source =
    options.source === null
      ? SOURCES.find(candidate => candidate.recognizes(record))
      : SOURCES.find(candidate => candidate.id === options.source)
  if (source !== undefined) return { source: source.id, items: source.decode(record, options) }
  return {
    source: UNRECOGNIZED,
    items: [{ kind: 'rejected', reason: 'unknown-source', detail: 'no source recognizes it' }],
  }
}

/** The profile of one workload, with the part of the ledger that concerns it: its own sources and what none recognized. */
export const profileOf = (evidence: WorkloadEvidence, ledger: Ledger): Profile => {
  const profile = foldProfile(evidence, [])
  return { ...profile, ledger: ledgerOf(profile, ledger) }
}

const ledgerOf = ({ workload, sources }: Profile, ledger: Ledger): Ledger =>
  ledgerFor(ledger, workloadKey(workload), sources)

/** What a store of evidence is handed. */
export const FOLDING: Folding = {
  createCollector,
  profileOf,
  unitOf,
  unitOfSession,
  withoutSecrets,
  inPod,
  reach: { call: LONGEST_CALL, lookup: LOOKUP_KEPT },
  join: joinPods,
  mark: markOne,
  marksOf,
  emptyProfile: workload => emptyProfile(workload, []),
  absorb,
  absorbFlooded: floodSurfaces,
  absorbShown,
  absorbWitness,
  finish: finishProfile,
  streamsOf: summed,
  ledgerOf,
}

/** AWS's own access levels: listing is reading; tagging and permissions management are writing. */
const iamAccess = (action: string): Access | null => {
  const known = iamAction(action)
  if (known === null) return null
  if (known.level === 'L' || known.level === 'R') return 'read'
  return known.level === 'W' && accessByName(known.name) === 'destructive' ? 'destructive' : 'write'
}

/** What an action does, as far as its substrate and its name tell; a policy may know better. */
export const accessWithoutPolicy = (substrate: Substrate, action: string): Access =>
  accessOf(substrate, action, [], DEFAULT_DECISIONS, iamAccess).value

const KNOWLEDGE: Knowledge = {
  rules: CLOSURE_RULES,
  iam: iamAccess,
  blindTo: source => SOURCES.find(({ id }) => id === source)?.blindTo ?? [],
}

export const derivePolicy = (profile: Profile, decisions: Decisions): DerivedPolicy =>
  derive(profile, decisions, KNOWLEDGE)

/** What the decisions around these would give; takes as long as deriving once for each row. */
export const whatIfDecided = (profile: Profile, decisions: Decisions): WhatIf => whatIf(profile, decisions, KNOWLEDGE)

/** One artifact per encoder, also where it has no file: then its losses say why. */
export const encodeAll = (policy: DerivedPolicy): readonly Artifact[] => ENCODERS.map(encoder => encoder.encode(policy))

/**
 * Recorded evidence × policy → what detection is to be told, in the order of time: every call that is not allowed, with what its
 * session had read before. What an exception let through says so.
 */
export const notedOf = (policy: DerivedPolicy, evidence: WorkloadEvidence, scope: ContextScope): readonly Noted[] => {
  const tasks = new Map(evidence.requests.map(({ session, text }) => [session, taskOf(text)]))
  const noted: Noted[] = []
  for (const { session, observation, context } of replay(evidence, scope)) {
    const decision = evaluate(policy, observation, context)
    if (decision.verdict === 'allow') continue
    noted.push({
      ...decision,
      id: observation.id,
      witness: session ?? observation.witness,
      at: observation.start,
      substrate: observation.substrate,
      action: observation.action,
      outside: outsideOf(observation, decision, context),
      task: session === null ? null : (tasks.get(session) ?? null),
      exception: observation.exception ?? null,
    })
  }
  return noted.sort((a, b) => a.at - b.at)
}
