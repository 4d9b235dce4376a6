/** `ambit explain`: "why is this allowed?" A policy → what it rests on, one permission in full, or the verdict on a call. */
import type { Observation } from '../../core/model/observation.ts'
import type { DerivedPolicy } from '../../core/model/policy.ts'
import type { Substrate } from '../../core/model/substrate.ts'
import type { Decision } from '../../core/model/verdict.ts'
import { workloadKey } from '../../core/model/workload.ts'
import { causesOf } from '../../core/pipeline.ts'
import { evaluate } from '../../core/policy/evaluate.ts'
import { emptyContext } from '../../core/policy/step.ts'
import { loadPolicy } from '../../io/policy-file/load-policies.ts'
import { done, failed, type Outcome } from '../../io/problem.ts'
import { suggest } from '../../io/yaml/suggest.ts'
import { collectEvidence } from './evidence.ts'
import { explainPolicy } from './explain-policy.ts'
import { EXIT, type ExitCode, type Io } from './io.ts'
import { paletteFor } from './palette.ts'
import { showProblems } from './problems.ts'
import { causesText } from './render/explain-causes.ts'
import { explainDecision } from './render/explain-decision.ts'
import { explainPermission, withheldText } from './render/explain-permission.ts'
import type { Palette } from './render/terminal.ts'
import { printable } from './terminal.ts'

const CAUSED: ReadonlySet<Substrate> = new Set(['network', 'process', 'syscall'])

export interface ExplainOptions {
  readonly policy: string
  /** Id of a permission or of something withheld, or the action alone; null: the policy as a whole. */
  readonly permission: string | null
  /** JSON of one observation, or null. */
  readonly observation: string | null
  /** Where to look for the tools because of which a surface is there, or null. */
  readonly evidence: readonly string[] | null
}

interface Named {
  readonly id?: string
  readonly substrate: Substrate
  readonly action: string
}

/** By its id, by its action, or by substrate and action as people write them. */
const isWanted =
  (wanted: string) =>
  ({ id, substrate, action }: Named): boolean =>
    id === wanted || action === wanted || `${substrate}/${action}` === wanted

const explainSurface = (policy: DerivedPolicy, wanted: string, palette: Palette): Outcome<string> => {
  const permissions = policy.permissions.filter(isWanted(wanted))
  if (permissions.length > 0) {
    return done(permissions.map(permission => explainPermission(policy, permission, palette)).join('\n'))
  }
  const withheld = policy.withheld.filter(isWanted(wanted))
  if (withheld.length > 0) {
    const lines = withheldText(policy, withheld)
    return done(`${printable(wanted)}: seen, but under the confidence threshold\n${lines.join('\n')}\n`)
  }
  const known = policy.permissions.flatMap(({ id, action }) => [id, action])
  const near = suggest(wanted, known)
  return failed({
    code: 'permission-unknown',
    what: `the policy has no permission \`${wanted}\``,
    where: null,
    help: near === null ? 'without a permission, all are listed' : `did you mean \`${near}\`?`,
  })
}

/** Surfaces of kernel and network that are wanted; without a permission, all that the policy has seen. */
const surfacesOf = (policy: DerivedPolicy, wanted: string | null): ReadonlyMap<string, Named> => {
  const named: readonly Named[] = [...policy.permissions, ...policy.withheld]
  const matching = wanted === null ? named : named.filter(isWanted(wanted))
  const below = matching.filter(({ substrate }) => CAUSED.has(substrate))
  return new Map(below.map(({ substrate, action }) => [`${substrate}/${action}`, { substrate, action }]))
}

/** What joins them is in the evidence alone: a policy keeps surfaces, not why they were there. */
const explainCauses = async (
  policy: DerivedPolicy,
  { evidence, permission }: ExplainOptions,
  io: Io,
): Promise<Outcome<string>> => {
  const surfaces = surfacesOf(policy, permission)
  if (evidence === null || surfaces.size === 0) return done('')
  const collected = await collectEvidence(evidence, { source: null, identities: new Map() }, io)
  if (!collected.ok) return collected
  const observations = collected.value.workloads.get(workloadKey(policy.workload))?.observations ?? []
  const palette = paletteFor(io.color)
  const text = [...surfaces].map(([name, { substrate, action }]) =>
    causesText(name, causesOf(observations, substrate, action), palette),
  )
  return done(text.join(''))
}

const NO_POLICY: Decision = { verdict: 'deny', code: 'no-policy', permission: null, deviations: [] }

/** Judged alone: nothing says what a session had shown before a call that somebody only asks about. */
const explainObservation = async (policy: DerivedPolicy, text: string, palette: Palette): Promise<Outcome<string>> => {
  const { readObservation } = await import('./read-observation.ts')
  const observations = readObservation(text, policy)
  if (!observations.ok) return observations
  const context = emptyContext({ request: false, results: false })
  const isOwn = ({ workload }: Observation): boolean => workloadKey(workload) === workloadKey(policy.workload)
  const explained = observations.value.map(observation => {
    const decision = isOwn(observation) ? evaluate(policy, observation, context) : NO_POLICY
    return explainDecision(policy, observation, context, decision, palette)
  })
  return done(explained.join('\n'))
}

export const explainCommand = async (options: ExplainOptions, io: Io): Promise<ExitCode> => {
  const { permission, observation } = options
  const palette = paletteFor(io.color)
  const policy = await loadPolicy(options.policy)
  const explain = (loaded: DerivedPolicy): Outcome<string> | Promise<Outcome<string>> => {
    if (observation !== null) return explainObservation(loaded, observation, palette)
    return permission === null ? done(explainPolicy(loaded, palette)) : explainSurface(loaded, permission, palette)
  }
  const text = policy.ok ? await explain(policy.value) : policy
  const causes = policy.ok && text.ok ? await explainCauses(policy.value, options, io) : text
  if (text.ok && causes.ok) io.stdout.write(`${text.value}${causes.value}`)
  else showProblems(io, [...(text.ok ? [] : text.problems), ...(text.ok && !causes.ok ? causes.problems : [])])
  return text.ok && causes.ok ? EXIT.done : EXIT.usage
}
