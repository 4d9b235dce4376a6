/**
 * Before enforcement: how often would this policy have been wrong? Cross-validated inside the window: every witness is judged
 * by a policy derived without it (known kinds of task) and without all that resemble it (new kinds of task).
 */
import type { Decisions } from '../model/decisions.ts'
import type { Expected, ExpectedRates, Thresholds } from '../model/policy.ts'
import { assessSurfaces, type Knowledge, type Tables } from './assess-surfaces.ts'
import { judgeWitnesses, type WitnessVerdict } from './judge-witness.ts'
import { inProportion } from './thresholds.ts'
import type { Measured } from './usual.ts'
import { allBut, type WitnessNumbers } from './witness-numbers.ts'
import type { Kinds } from './witnesses.ts'

const FOLDS = 5
/** Fewer groups than this say nothing about the next one. */
const FEWEST = 10

/** Their numbers. */
const sessionsOf = ({ profiles }: WitnessNumbers): readonly number[] =>
  [...profiles.keys()].filter(number => profiles[number]?.session === true)

const rate = (count: number, of: number): number => Math.round((count / of) * 10_000) / 10_000

/** What the policy of the others says of each session. */
interface Judged {
  readonly groups: number
  readonly verdicts: readonly (readonly [witness: string, verdict: WitnessVerdict])[]
}

const crossValidated = (
  tables: Tables,
  decisions: Decisions,
  knowledge: Knowledge,
  kinds: Kinds,
  thresholds: Thresholds,
  groupOf: (witness: string) => string,
): Judged | null => {
  const { numbers } = tables
  const { names } = numbers
  const sessions = sessionsOf(numbers)
  const groupAt = (number: number): string => groupOf(names[number] ?? '')
  const groups = [...new Set(sessions.map(groupAt))].sort()
  if (groups.length < FEWEST) return null
  const foldOf = new Map(groups.map((group, index) => [group, index % FOLDS]))
  const everyone = numbers.profiles.filter(profile => profile !== undefined).length
  const verdicts: (readonly [string, WitnessVerdict])[] = []
  for (let fold = 0; fold < FOLDS; fold++) {
    const held = new Uint8Array(names.length)
    for (const number of sessions) if (foldOf.get(groupAt(number)) === fold) held[number] = 1
    const rest = allBut(numbers, held)
    const scaled = inProportion(thresholds, rest.size / everyone)
    const assessed = assessSurfaces(tables, rest, decisions, knowledge, kinds, scaled)
    for (const [number, verdict] of judgeWitnesses(assessed, tables, decisions, held))
      verdicts.push([names[number] ?? '', verdict])
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
  tables: Tables,
  decisions: Decisions,
  knowledge: Knowledge,
  kinds: Kinds,
  thresholds: Thresholds,
  { beyond, beyondNewTasks }: Pick<Measured, 'beyond' | 'beyondNewTasks'>,
): Expected => {
  const validated = (groupOf: (witness: string) => string): Judged | null =>
    crossValidated(tables, decisions, knowledge, kinds, thresholds, groupOf)
  const clusterOf = (witness: string): string => kinds.alike.get(witness) ?? witness
  const known = validated(witness => witness)
  // Where no two sessions are alike, each is a kind of its own, and the folds are the same.
  const alone = sessionsOf(tables.numbers).every(number => {
    const name = tables.numbers.names[number] ?? ''
    return clusterOf(name) === name
  })
  return {
    knownTasks: ratesOf(known, beyond),
    newTasks: ratesOf(alone ? known : validated(clusterOf), beyondNewTasks),
  }
}
