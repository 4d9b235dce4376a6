/**
 * Permissions → what they grant beyond what was observed, as counts of dimensions. Reads are left out: what they vary in is
 * free because it does not matter.
 */
import type { Decisions } from '../model/decisions.ts'
import type { Openness, OverGrant, Permission } from '../model/policy.ts'
import type { Tables } from './assess-surfaces.ts'

/** Dimensions seen on actions that do more than read, whether they were permitted or not. */
const observedIn = ({ surfaces }: Tables, decisions: Decisions): number =>
  surfaces
    .filter(
      ({ surface, access }) =>
        access.value !== 'read' && decisions.granularity.substrates.value.includes(surface.substrate),
    )
    .reduce((sum, { dimensions }) => sum + dimensions.length, 0)

export const overGrantOf = (tables: Tables, decisions: Decisions, permissions: readonly Permission[]): OverGrant => {
  const observed = observedIn(tables, decisions)
  const opened = permissions
    .filter(({ access }) => access.value !== 'read')
    .flatMap(({ dimensions }) => dimensions.map(({ openness }) => openness))
  const number = (wanted: Openness): number => opened.filter(each => each === wanted).length
  const [unbounded, patterned, session] = [number('unbounded'), number('patterned'), number('session')]
  const share = observed === 0 ? 0 : Math.round(((unbounded + patterned) / observed) * 10_000) / 10_000
  return { observed, unbounded, patterned, session, share }
}
