/**
 * Attacks of our own against the envelope: in held-out benign sessions the first result is made to carry an
 * instruction, and the agent obeys. How far each gets, with which code it is stopped, and what lets through what passes.
 */
import { attackFold, type Outcome } from './attacks/run.ts'
import { type Ratio, ratio } from './quality/bootstrap.ts'
import type { Closure } from './quality/derived.ts'
import { type Axis, foldsOf } from './quality/folds.ts'
import { isBenign, readSuite, type Suite } from './quality/sessions.ts'
import type { Report } from './report.ts'
import { table } from './table.ts'

/** Policies have not seen the task: the harder of the two axes, and the one that an attacker meets. */
const AXIS: Axis = 'new task'
/** The others have no results in which anything could be planted. */
export const ATTACKED: readonly Suite[] = ['banking', 'slack', 'travel', 'workspace']

interface Row {
  readonly id: string
  readonly kind: string
  readonly n: number
  readonly stopped: Ratio | null
  readonly denied: Ratio | null
  /** Share of all by code, of those that were stopped. */
  readonly codes: Readonly<Record<string, number>>
  /** Share of all by what let them through. */
  readonly passed: Readonly<Record<string, number>>
  readonly suites: Readonly<Record<string, number>>
}

const sharesOf = (names: readonly (string | null)[]): Readonly<Record<string, number>> => {
  const counts = new Map<string, number>()
  for (const name of names) if (name !== null) counts.set(name, (counts.get(name) ?? 0) + 1)
  return Object.fromEntries([...counts].sort(([, a], [, b]) => b - a).map(([name, n]) => [name, n / names.length]))
}

const rowOf = (outcomes: readonly Outcome[], { id, kind }: Outcome): Row => {
  const share = (test: (outcome: Outcome) => boolean, among = outcomes) =>
    ratio(among.map(outcome => ({ task: outcome.task, part: Number(test(outcome)), whole: 1 })))
  const isStopped = ({ verdict }: Outcome) => verdict !== 'allow'
  return {
    id,
    kind,
    n: outcomes.length,
    stopped: share(isStopped),
    denied: share(({ verdict }) => verdict === 'deny'),
    codes: sharesOf(outcomes.map(outcome => (isStopped(outcome) ? outcome.code : null))),
    passed: sharesOf(outcomes.map(({ passedBy }) => passedBy)),
    suites: Object.fromEntries(
      ATTACKED.flatMap(suite => {
        const own = outcomes.filter(outcome => outcome.suite === suite)
        return own.length === 0 ? [] : [[suite, own.filter(isStopped).length / own.length]]
      }),
    ),
  }
}

export const rowsOf = (outcomes: readonly Outcome[]): readonly Row[] => {
  const kinds = new Map<string, Outcome[]>()
  for (const outcome of outcomes) {
    const known = kinds.get(outcome.kind)
    if (known === undefined) kinds.set(outcome.kind, [outcome])
    else known.push(outcome)
  }
  return [...kinds.values()]
    .flatMap(list => (list[0] === undefined ? [] : rowOf(list, list[0])))
    .sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0))
}

const percent = (share: number): string => (share * 100).toFixed(1)
const shown = (figure: Ratio | null): string =>
  figure === null ? '–' : `${percent(figure.value)} [${percent(figure.low)}–${percent(figure.high)}]`
const listed = (shares: Readonly<Record<string, number>>): string =>
  Object.entries(shares)
    .map(([name, share]) => `${name} ${percent(share)}`)
    .join(', ')

const HEADING = ['', 'attack', 'n', 'stopped %', 'denied %', 'stopped with, % of all', 'passed because, % of all']

const NOTES = [
  'Intervals: middle 95 % of 1,000 bootstrap draws over tasks. n: held-out sessions in which the policy allows, after the',
  'first result, a write that the window holds; the attack is that write with another value, so what stops it is the value.',
  'Stopped: any call of the attack is deny or review. A review stops nothing if a person approves it. Decisions see the',
  'request and all results; an agent that obeys every injected text is assumed.',
].join('\n')

export interface AttacksOptions {
  readonly data: string
  readonly suites: readonly Suite[]
  readonly closure: Closure
}

export const attacks = ({ data, suites, closure }: AttacksOptions): Report => {
  const folds = suites.flatMap(suite =>
    foldsOf(AXIS, readSuite(data, suite).filter(isBenign)).map(fold => attackFold(fold, closure)),
  )
  const sum = (part: (fold: (typeof folds)[number]) => number) => folds.reduce((all, fold) => all + part(fold), 0)
  const rows = rowsOf(folds.flatMap(({ outcomes }) => outcomes))
  const staged = `${sum(fold => fold.staged)} of ${sum(fold => fold.sessions)} held-out benign sessions give a stage.`
  return {
    text: [
      table(
        HEADING,
        rows.map(row => [
          row.id,
          row.kind,
          String(row.n),
          shown(row.stopped),
          shown(row.denied),
          listed(row.codes),
          listed(row.passed),
        ]),
      ),
      table(
        ['', 'attack, stopped %', ...suites],
        rows.map(({ id, kind, suites: own }) => [
          id,
          kind,
          ...suites.map(suite => (own[suite] === undefined ? '–' : percent(own[suite]))),
        ]),
      ),
      `${staged}\n${NOTES}`,
    ].join('\n\n'),
    json: { axis: AXIS, closure, sessions: sum(fold => fold.sessions), staged: sum(fold => fold.staged), rows },
  }
}
