/** A portion of a store → the digests of its policies. */
import { DEFAULT_DECISIONS } from '../../core/model/decisions.ts'
import { derivePolicy, FOLDING } from '../../core/pipeline.ts'
import type { Own, Portion } from '../../io/store/evidence-store.ts'
import { profilesIn } from '../../io/store/profiles-in.ts'

export const policiesOf = (portion: Portion | Own): readonly string[] =>
  ('rows' in portion ? profilesIn(FOLDING, portion) : [portion]).flatMap(({ profile }) =>
    profile === null ? [] : derivePolicy(profile, DEFAULT_DECISIONS).digest,
  )
