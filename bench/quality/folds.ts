/** Five folds on two axes: what a policy meets that it was not derived from is a new task, or a new model. */
import { createHash } from 'node:crypto'
import { isBenign, isSuccessfulAttack, type Session } from './sessions.ts'

export const AXES = ['new model', 'new task'] as const
export type Axis = (typeof AXES)[number]
const FOLDS = 5

const number = (text: string): bigint => BigInt(`0x${createHash('sha256').update(text).digest('hex')}`)

const foldOf = (axis: Axis, { suite, label }: Session): number =>
  Number(number(axis === 'new task' ? `t:${suite}${label.task}` : `m:${label.baseModel}`) % BigInt(FOLDS))

export interface Fold {
  readonly axis: Axis
  readonly number: number
  /** Benign sessions outside the fold. */
  readonly training: readonly Session[]
  /** Benign sessions inside it that called anything: the others cannot be denied, and would flatter every figure. */
  readonly benign: readonly Session[]
  readonly attacks: readonly Session[]
  /** Successful attacks outside the fold: what a poisoned window may hold. */
  readonly poison: readonly Session[]
}

/** Folds of one suite; those with nothing to train on or nothing to judge are left out. */
export const foldsOf = (axis: Axis, sessions: readonly Session[]): readonly Fold[] =>
  Array.from({ length: FOLDS }, (_, number) => {
    const inside = sessions.filter(session => foldOf(axis, session) === number)
    const outside = sessions.filter(session => foldOf(axis, session) !== number)
    return {
      axis,
      number,
      training: outside.filter(isBenign),
      benign: inside.filter(session => isBenign(session) && session.calls.length > 0),
      attacks: inside.filter(isSuccessfulAttack),
      poison: outside.filter(isSuccessfulAttack),
    }
  }).filter(fold => fold.training.length > 0 && fold.benign.length + fold.attacks.length > 0)

/** An order that depends on nothing but the texts: a reproducible draw. */
export const shuffled = (salt: string, sessions: readonly Session[]): readonly Session[] =>
  sessions
    .map(session => ({ session, key: number(`${salt}:${session.label.session}`) }))
    .sort((a, b) => (a.key < b.key ? -1 : 1))
    .map(({ session }) => session)
