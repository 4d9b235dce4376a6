/** What the evidence was made with, and until when it speaks. */

import type { Decisions } from '../model/decisions.ts'
import { digest } from '../model/digest.ts'
import { DAY, type RevisionFacts } from '../model/observation.ts'
import type { Validity } from '../model/policy.ts'
import type { Profile } from '../model/profile.ts'
import { rfc3339 } from './evidence-count.ts'
import { revisionsOf } from './revisions.ts'

export const validityOf = (profile: Profile, decisions: Decisions): Validity => {
  const witnesses = [...profile.witnesses.values()]
  const distinct = (fact: keyof RevisionFacts): readonly string[] =>
    [...new Set(witnesses.flatMap(({ facts }) => [...(facts.get(fact) ?? [])]))].sort()
  const declared = profile.catalog.size > 0 ? [digest([...profile.catalog.keys()].sort())] : []
  return {
    models: distinct('model'),
    prompts: distinct('prompt'),
    catalogs: [...new Set([...distinct('catalog'), ...declared])].sort(),
    tools: [...profile.catalog.keys()].sort(),
    images: distinct('image'),
    identities: distinct('identity'),
    revisions: revisionsOf(profile).all,
    notAfter: rfc3339((profile.last ?? 0) + decisions.validity.expiresAfterDays.value * DAY),
  }
}
