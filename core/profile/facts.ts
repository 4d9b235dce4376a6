/** What the agent was made of while a witness was seen: the union over its records, bounded, in whatever order. */
import type { RevisionFacts } from '../model/observation.ts'
import { FACTS_CAP, type WitnessProfile } from '../model/profile.ts'

const KEYS = ['model', 'prompt', 'catalog', 'image', 'identity'] as const satisfies readonly (keyof RevisionFacts)[]

const note = ({ facts }: WitnessProfile, key: keyof RevisionFacts, value: string): void => {
  const known = facts.get(key) ?? new Set<string>()
  facts.set(key, known)
  known.add(value)
  // The smallest stay, so that order and sharding change nothing.
  if (known.size > FACTS_CAP) known.delete([...known].sort()[FACTS_CAP] ?? '')
}

export const addFacts = (witness: WitnessProfile, facts: RevisionFacts): void => {
  for (const key of KEYS) {
    const value = facts[key]
    if (value !== null) note(witness, key, value)
  }
}

export const mergeFacts = (into: WitnessProfile, from: WitnessProfile): void => {
  for (const [key, values] of from.facts) for (const value of values) note(into, key, value)
}
