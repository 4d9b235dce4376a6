/**
 * Before enforcement: how often would this policy have been wrong? Cross-validated inside the window: every witness is judged
 * by a policy derived without it (known kinds of task) and without all that resemble it (new kinds of task).
 */
import type { Decisions } from '../model/decisions.ts'
import type { Expected, ExpectedRates, Thresholds } from '../model/policy.ts'
import type { Profile } from '../model/profile.ts'
import { judgeWitness, shownBy, type WitnessVerdict } from './judge-witness.ts'
import { derivePermissions, type Knowledge } from './permissions.ts'
import { onlyWitnesses } from './revisions.ts'
import { inProportion } from './thresholds.ts'
import type { Measured } from './usual.ts'
import type { Kinds } from './witnesses.ts'

const FOLDS = 5
/** Fewer groups than this say nothing about the next one. */
const FEWEST = 10

const sessionsOf = (profile: Profile): readonly string[] =>
  [...profile.witnesses.keys()].filter(name => profile.witnesses.get(name)?.session === true).sort()

const rate = (count: number, of: number): number => Math.round((count / of) * 10_000) / 10_000

/** What the policy of the others says of each session. */
interface Judged {
  readonly groups: number
  readonly verdicts: readonly (readonly [witness: string, verdict: WitnessVerdict])[]
}

const crossValidated = (
  profile: Profile,
  decisions: Decisions,
  knowledge: Knowledge,
  kinds: Kinds,
  thresholds: Thresholds,
  groupOf: (witness: string) => string,
): Judged | null => {
  const names = sessionsOf(profile)
  const groups = [...new Set(names.map(groupOf))].sort()
  if (groups.length < FEWEST) return null
  const foldOf = new Map(groups.map((group, index) => [group, index % FOLDS]))
  const shown = shownBy(profile)
  const verdicts: (readonly [string, WitnessVerdict])[] = []
  for (let fold = 0; fold < FOLDS; fold++) {
    const held = new Set(names.filter(name => foldOf.get(groupOf(name)) === fold))
    const rest = new Set([...profile.witnesses.keys()].filter(name => !held.has(name)))
    const share = rest.size / profile.witnesses.size
    const permitted = derivePermissions(
      onlyWitnesses(profile, rest),
      decisions,
      knowledge,
      kinds,
      inProportion(thresholds, share),
    )
    for (const name of held) verdicts.push([name, judgeWitness(permitted, profile, name, shown.get(name) ?? [])])
  }
  return { groups: groups.length, verdicts }
}

/** What is unusual was judged by the same folds: it asks once more, and stops nothing that was denied. */
const ratesOf = (judged: Judged | null, beyond: ReadonlySet<string>): ExpectedRates | null => {
  if (judged === null) return null
  let [denied, reviewed, prompts] = [0, 0, 0]
  for (const [name, { verdict, prompts: asked }] of judged.verdicts) {
    const isUnusual = beyond.has(name)
    if (verdict === 'deny') denied++
    if (verdict === 'review' || (verdict === 'allow' && isUnusual)) reviewed++
    prompts += asked + (isUnusual ? 1 : 0)
  }
  const sessions = judged.verdicts.length
  return {
    sessions,
    groups: judged.groups,
    denied: rate(denied, sessions),
    reviewed: rate(reviewed, sessions),
    prompts: rate(prompts, sessions),
  }
}

export const expectedOf = (
  profile: Profile,
  decisions: Decisions,
  knowledge: Knowledge,
  kinds: Kinds,
  thresholds: Thresholds,
  { beyond, beyondNewTasks }: Pick<Measured, 'beyond' | 'beyondNewTasks'>,
): Expected => {
  const validated = (groupOf: (witness: string) => string): Judged | null =>
    crossValidated(profile, decisions, knowledge, kinds, thresholds, groupOf)
  const clusterOf = (witness: string): string => kinds.alike.get(witness) ?? witness
  const known = validated(witness => witness)
  // Where no two sessions are alike, each is a kind of its own, and the folds are the same.
  const alone = sessionsOf(profile).every(witness => clusterOf(witness) === witness)
  return {
    knownTasks: ratesOf(known, beyond),
    newTasks: ratesOf(alone ? known : validated(clusterOf), beyondNewTasks),
  }
}
