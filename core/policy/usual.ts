/** Whether a call that the envelope allows is usual: each bound's measure of this call, and whether it lies within. */
import type { Context, Tempo } from '../model/context.ts'
import type { ActionRequest } from '../model/request.ts'
import type { Scalar } from '../model/scalar.ts'
import type { Signal, UsualBound } from '../model/usual.ts'
import { tempoKey } from './tempo.ts'

/** A measure of one call: null where there is nothing to measure, which is never unusual. */
export type Measured = number | string | null

/** A session that begins with the surface. */
export const BEGINNING = '(beginning)'

const lengths = (values: readonly Scalar[]): number | null =>
  values.reduce<number | null>(
    (most, value) => (typeof value === 'string' ? Math.max(most ?? 0, value.length) : most),
    null,
  )

const numbers = (values: readonly Scalar[]): readonly number[] =>
  values.flatMap(value => (typeof value === 'number' && Number.isFinite(value) ? [value] : []))

type BySession = Exclude<Signal, 'length' | 'amount'>

/** What a session's counters say; also what the record of a decision keeps of them. */
const BY_SESSION: Readonly<Record<BySession, (tempo: Tempo, bound: UsualBound) => Measured>> = {
  calls: (tempo, { substrate, action }) => tempo.surfaces.get(tempoKey(substrate, action ?? '')) ?? null,
  session: (tempo, { substrate }) => tempo.total.get(substrate) ?? null,
  minute: (tempo, { substrate }) => tempo.inMinute.get(substrate) ?? null,
  order: (tempo, { substrate, action }) => {
    const before = tempo.before.get(tempoKey(substrate, action ?? ''))
    return before === undefined ? null : (before ?? BEGINNING)
  },
}

const isOutside = (bound: UsualBound, value: number): boolean =>
  (bound.most !== null && value > bound.most) || (bound.least !== null && value < bound.least)

/** Whether the bound is about requests like this one. */
export const concerns = (
  bound: UsualBound,
  { substrate, action }: Pick<ActionRequest, 'substrate' | 'action'>,
): boolean => bound.substrate === substrate && (bound.action === null || bound.action === action)

/** The name of the measure: the dimension of a value, or `session.<signal>`. */
export const measureName = ({ signal, dimension }: UsualBound): string => dimension ?? `session.${signal}`

/** Whether a measure lies beyond what is usual. */
export const isUnusual = (bound: UsualBound, measured: NonNullable<Measured>): boolean =>
  typeof measured === 'string' ? !bound.after.includes(measured) : isOutside(bound, measured)

/** The measure of this call that decides: of several numbers one that is outside. Null: nothing to see from here. */
export const measure = (bound: UsualBound, request: ActionRequest, tempo: Context['tempo']): Measured => {
  const { signal } = bound
  if (signal === 'length' || signal === 'amount') {
    const values = request.values.flatMap(({ dimension, value }) => (dimension === bound.dimension ? [value] : []))
    if (signal === 'length') return lengths(values)
    const amounts = numbers(values)
    return amounts.find(value => isOutside(bound, value)) ?? amounts[0] ?? null
  }
  return tempo === undefined || tempo === null ? null : BY_SESSION[signal](tempo, bound)
}

/** The measure of this call that is beyond the bound; null where it is usual, or cannot be seen from here. */
export const beyond = (bound: UsualBound, request: ActionRequest, tempo: Context['tempo']): Measured => {
  const measured = measure(bound, request, tempo)
  return measured !== null && isUnusual(bound, measured) ? measured : null
}

/** What is usual, in one line. */
export const describeUsual = ({ signal, least, most, after }: UsualBound): string => {
  switch (signal) {
    case 'order':
      return after.length === 0 ? 'usually nothing comes before it' : `usually first after ${after.join(', ')}`
    case 'length':
      return `usually at most ${most} characters`
    case 'amount':
      return `usually ${[...(least === null ? [] : [`at least ${least}`]), ...(most === null ? [] : [`at most ${most}`])].join(' and ')}`
    case 'calls':
      return `usually at most ${most} calls of it in a session`
    case 'session':
      return `usually at most ${most} calls in a session`
    case 'minute':
      return `usually at most ${most} calls in a minute`
  }
}
