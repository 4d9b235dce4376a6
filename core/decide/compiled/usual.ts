/** What is usual of one surface → the bounds that a call is beyond, without looking at those of other surfaces. */
import type { Context } from '../../model/context.ts'
import type { ActionRequest } from '../../model/request.ts'
import type { Substrate } from '../../model/substrate.ts'
import type { Usual, UsualBound } from '../../model/usual.ts'
import { beyond, describeUsual, measureName } from '../../policy/usual.ts'
import { bySurface } from './by-surface.ts'
import type { Found } from './found.ts'

/** What is beyond the bound; null where the call is usual. */
export type CompiledBound = (request: ActionRequest, tempo: Context['tempo']) => Found | null

const isOfValue = ({ signal }: UsualBound): boolean => signal === 'length' || signal === 'amount'

/** Whether a value can be beyond the bound at all: whatever the others are, `beyond` then need not be asked. */
const mayBeBeyond = ({ signal, dimension, least, most }: UsualBound, request: ActionRequest): boolean => {
  for (const entry of request.values) {
    if (entry.dimension !== dimension) continue
    const { value } = entry
    const measure = signal === 'amount' ? value : typeof value === 'string' ? value.length : null
    if (typeof measure !== 'number') continue
    if ((most !== null && measure > most) || (least !== null && measure < least)) return true
  }
  return false
}

const compileBound = (bound: UsualBound, place: number): CompiledBound => {
  const dimension = measureName(bound)
  const ofValue = isOfValue(bound)
  let text: string | null = null
  return (request, tempo) => {
    if (ofValue ? !mayBeBeyond(bound, request) : tempo === undefined || tempo === null) return null
    const observed = beyond(bound, request, tempo)
    if (observed === null) return null
    text ??= describeUsual(bound)
    return { verdict: 'review', place, deviation: { dimension, code: 'unusual', observed, allowed: text } }
  }
}

interface Placed {
  readonly bound: UsualBound
  readonly index: number
}

/** By surface, in the order of the policy: what is usual of a substrate as a whole is usual of each of its surfaces. */
export const usualBySurface = (
  usual: Usual | null,
): ((substrate: Substrate, action: string) => readonly UsualBound[]) => {
  const placed = (usual?.bounds ?? []).map((bound, index): Placed => ({ bound, index }))
  const own = bySurface(
    placed.flatMap(({ bound, index }) =>
      bound.action === null ? [] : { substrate: bound.substrate, action: bound.action, bound, index },
    ),
    all => all,
  )
  const whole = placed.filter(({ bound }) => bound.action === null)
  return (substrate, action) =>
    [...(own.get(substrate, action) ?? []), ...whole.filter(({ bound }) => bound.substrate === substrate)]
      .sort((a, b) => a.index - b.index)
      .map(({ bound }) => bound)
}

export const compileUsual = (bounds: readonly UsualBound[], place: number): readonly CompiledBound[] =>
  bounds.map(bound => compileBound(bound, place))
