/** `ambit explain`: "why is this allowed?" A policy → what it rests on, one permission in full, or the verdict on a call. */
import type { Observation } from '../../core/model/observation.ts'
import type { DerivedPolicy } from '../../core/model/policy.ts'
import type { Decision } from '../../core/model/verdict.ts'
import { workloadKey } from '../../core/model/workload.ts'
import { evaluate } from '../../core/policy/evaluate.ts'
import { emptyContext } from '../../core/policy/step.ts'
import { loadPolicy } from '../../io/policy-file/load-policies.ts'
import { done, failed, type Outcome } from '../../io/problem.ts'
import { suggest } from '../../io/yaml/suggest.ts'
import { explainPolicy } from './explain-policy.ts'
import { EXIT, type ExitCode, type Io } from './io.ts'
import { paletteFor } from './palette.ts'
import { showProblems } from './problems.ts'
import { explainDecision } from './render/explain-decision.ts'
import { explainPermission, withheldText } from './render/explain-permission.ts'
import type { Palette } from './render/terminal.ts'
import { printable } from './terminal.ts'

export interface ExplainOptions {
  readonly policy: string
  /** Id of a permission or of something withheld, or the action alone; null: the policy as a whole. */
  readonly permission: string | null
  /** JSON of one observation, or null. */
  readonly observation: string | null
}

const explainSurface = (policy: DerivedPolicy, wanted: string, palette: Palette): Outcome<string> => {
  const permissions = policy.permissions.filter(({ id, action }) => id === wanted || action === wanted)
  if (permissions.length > 0) {
    return done(permissions.map(permission => explainPermission(policy, permission, palette)).join('\n'))
  }
  const withheld = policy.withheld.filter(
    ({ substrate, action }) => action === wanted || `${substrate}/${action}` === wanted,
  )
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
  if (text.ok) io.stdout.write(text.value)
  else showProblems(io, text.problems)
  return text.ok ? EXIT.done : EXIT.usage
}
