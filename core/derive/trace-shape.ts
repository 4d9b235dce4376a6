/**
 * What kind of task a session is where nobody recorded its request: which tools and cloud actions it used, and which of them it
 * first used right after which. What kernel and network saw is left out: it is alike in all sessions, whatever the task.
 */
import type { Profile } from '../model/profile.ts'
import type { Substrate } from '../model/substrate.ts'
import { hashName } from '../policy/name-hash.ts'

const SHAPING: ReadonlySet<Substrate> = new Set(['tool', 'iam'])
/** The smallest hashes are kept: a session of any length has a bounded shape. */
const SHAPE_SIZE = 256

/** By the time of first use; what began together is ordered by name, so that the same evidence gives the same shape. */
const firstUses = (profile: Profile): ReadonlyMap<string, readonly string[]> => {
  const used = new Map<string, { readonly surface: string; readonly first: number }[]>()
  for (const [surface, { substrate, witnesses }] of profile.surfaces) {
    if (!SHAPING.has(substrate)) continue
    for (const [witness, { first }] of witnesses) {
      const shown = profile.witnesses.get(witness)
      if (shown?.session !== true || shown.signature.size > 0) continue
      const known = used.get(witness)
      if (known === undefined) used.set(witness, [{ surface, first }])
      else known.push({ surface, first })
    }
  }
  return new Map(
    [...used].map(([witness, uses]) => [
      witness,
      uses.sort((a, b) => a.first - b.first || (a.surface < b.surface ? -1 : 1)).map(({ surface }) => surface),
    ]),
  )
}

/** Sessions without a request → the hashes of their shape. Those that used neither tools nor cloud actions have none. */
export const shapesOf = (profile: Profile): ReadonlyMap<string, ReadonlySet<number>> =>
  new Map(
    [...firstUses(profile)].map(([witness, surfaces]) => {
      const steps = surfaces.map((surface, index) => JSON.stringify([surfaces[index - 1] ?? null, surface]))
      const hashes = [...new Set([...surfaces, ...steps].map(hashName))]
      return [witness, new Set(hashes.sort((a, b) => a - b).slice(0, SHAPE_SIZE))] as const
    }),
  )
