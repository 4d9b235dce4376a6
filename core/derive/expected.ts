/**
 * Before enforcement: how often would this policy have been wrong? Cross-validated inside the window: every witness is judged
 * by a policy derived without it (known kinds of task) and without all that resemble it (new kinds of task).
 */
import type { Decisions } from '../model/decisions.ts'
import type { Expected, ExpectedRates, Thresholds } from '../model/policy.ts'
import type { Profile } from '../model/profile.ts'
import { judgeWitness, shownBy } from './judge-witness.ts'
import { derivePermissions, type Knowledge } from './permissions.ts'
import { onlyWitnesses } from './revisions.ts'
import { inProportion } from './thresholds.ts'
import type { Measured } from './usual.ts'
import type { Clusters } from './witnesses.ts'

const FOLDS = 5
/** Fewer groups than this say nothing about the next one. */
const FEWEST = 10

const rate = (count: number, of: number): number => Math.round((count / of) * 10_000) / 10_000

const crossValidated = (
  profile: Profile,
  decisions: Decisions,
  knowledge: Knowledge,
  clusters: Clusters,
  thresholds: Thresholds,
  groupOf: (witness: string) => string,
  beyond: ReadonlySet<string>,
): ExpectedRates | null => {
  const names = [...profile.witnesses.keys()].filter(name => profile.witnesses.get(name)?.session === true).sort()
  const groups = [...new Set(names.map(groupOf))].sort()
  if (groups.length < FEWEST) return null
  const foldOf = new Map(groups.map((group, index) => [group, index % FOLDS]))
  const shown = shownBy(profile)
  let [denied, reviewed, prompts] = [0, 0, 0]
  for (let fold = 0; fold < FOLDS; fold++) {
    const held = new Set(names.filter(name => foldOf.get(groupOf(name)) === fold))
    const rest = new Set([...profile.witnesses.keys()].filter(name => !held.has(name)))
    const share = rest.size / profile.witnesses.size
    const permitted = derivePermissions(
      onlyWitnesses(profile, rest),
      decisions,
      knowledge,
      clusters,
      inProportion(thresholds, share),
    )
    for (const name of held) {
      const judged = judgeWitness(permitted, profile, name, shown.get(name) ?? [])
      if (judged.verdict === 'deny') denied++
      // What is unusual was judged by the same folds: it asks once more, and stops nothing that was denied.
      const isUnusual = beyond.has(name)
      if (judged.verdict === 'review' || (judged.verdict === 'allow' && isUnusual)) reviewed++
      prompts += judged.prompts + (isUnusual ? 1 : 0)
    }
  }
  return {
    sessions: names.length,
    groups: groups.length,
    denied: rate(denied, names.length),
    reviewed: rate(reviewed, names.length),
    prompts: rate(prompts, names.length),
  }
}

export const expectedOf = (
  profile: Profile,
  decisions: Decisions,
  knowledge: Knowledge,
  clusters: Clusters,
  thresholds: Thresholds,
  { beyond, beyondNewTasks }: Pick<Measured, 'beyond' | 'beyondNewTasks'>,
): Expected => ({
  knownTasks: crossValidated(profile, decisions, knowledge, clusters, thresholds, witness => witness, beyond),
  newTasks: crossValidated(
    profile,
    decisions,
    knowledge,
    clusters,
    thresholds,
    witness => clusters.get(witness) ?? witness,
    beyondNewTasks,
  ),
})
