/** Unobserved surfaces: how an action's name is read, and whether an envelope has it. */
import type { SurfaceEnvelope } from '../model/policy.ts'
import type { Substrate } from '../model/substrate.ts'

/** Words of a name in any of the usual spellings: `getUserInfo`, `get_user_info`, `files.list`, `Get-Item`. Lower case. */
export const wordsOf = (name: string): readonly string[] =>
  name
    .replace(/([\p{Ll}\p{N}])(\p{Lu})/gu, '$1 $2')
    .replace(/(\p{Lu})(\p{Lu}\p{Ll})/gu, '$1 $2')
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter(word => word !== '')

export const envelopeContains = (envelope: SurfaceEnvelope, substrate: Substrate, action: string): boolean => {
  if (envelope.substrate !== substrate) return false
  const first = wordsOf(action)[0]
  if (first !== undefined && envelope.firstWords.includes(first)) return true
  const lower = action.toLowerCase()
  return envelope.prefixes.some(prefix => lower.startsWith(prefix))
}
