/** A portion of a store → its workloads, derived and written: what a thread does by itself. */
import type { Decisions } from '../../../core/model/decisions.ts'
import { FOLDING } from '../../../core/pipeline.ts'
import { done, type Outcome } from '../../../io/problem.ts'
import type { Own, Portion } from '../../../io/store/evidence-store.ts'
import { profilesIn } from '../../../io/store/profiles-in.ts'
import { type Derived, type DeriveOneOptions, deriveOne } from './derive-one.ts'

/** Plain data. */
export interface DeriveWork {
  readonly portion: Portion | Own
  readonly decisions: Decisions
  readonly options: DeriveOneOptions
}

/** In the order of the workloads, up to the first that cannot be written; without those that there is no evidence of. */
export const deriveEach = async (
  each: AsyncIterable<Own> | Iterable<Own>,
  { decisions, options }: Omit<DeriveWork, 'portion'>,
): Promise<Outcome<readonly Derived[]>> => {
  const all: Derived[] = []
  for await (const { profile } of each) {
    if (profile === null) continue
    const derived = await deriveOne(profile, decisions, options)
    if (!derived.ok) return derived
    all.push(derived.value)
  }
  return done(all)
}

/** Throws as `profilesIn` does. */
export const derivePortion = ({ portion, ...work }: DeriveWork): Promise<Outcome<readonly Derived[]>> =>
  deriveEach('rows' in portion ? profilesIn(FOLDING, portion) : [portion], work)
