/**
 * Permissions → what they grant beyond what was observed, as counts of dimensions. Reads are left out: what they vary in is
 * free because it does not matter.
 */
import type { Decisions } from '../model/decisions.ts'
import type { Openness, OverGrant, Permission } from '../model/policy.ts'
import type { Profile } from '../model/profile.ts'
import { accessOf, type IamAccess } from './access.ts'

/** Dimensions seen on actions that do more than read, whether they were permitted or not. */
const observedIn = (profile: Profile, decisions: Decisions, iam: IamAccess): number =>
  [...profile.surfaces.values()]
    .filter(({ substrate, action }) => {
      const tools = [...profile.catalog.values()].filter(({ name }) => substrate === 'tool' && name === action)
      const isWanted = decisions.granularity.substrates.value.includes(substrate)
      return isWanted && accessOf(substrate, action, tools, decisions, iam).value !== 'read'
    })
    .reduce((sum, { dimensions }) => sum + dimensions.size, 0)

export const overGrantOf = (
  profile: Profile,
  decisions: Decisions,
  iam: IamAccess,
  permissions: readonly Permission[],
): OverGrant => {
  const observed = observedIn(profile, decisions, iam)
  const opened = permissions
    .filter(({ access }) => access.value !== 'read')
    .flatMap(({ dimensions }) => dimensions.map(({ openness }) => openness))
  const number = (wanted: Openness): number => opened.filter(each => each === wanted).length
  const [unbounded, patterned, session] = [number('unbounded'), number('patterned'), number('session')]
  const share = observed === 0 ? 0 : Math.round(((unbounded + patterned) / observed) * 10_000) / 10_000
  return { observed, unbounded, patterned, session, share }
}
