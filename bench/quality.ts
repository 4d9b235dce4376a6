/**
 * Q: the quality of the derived policy. Per suite one deployment and one policy; five folds on two axes; trained on benign
 * sessions outside the fold, judged on benign sessions and successful attacks inside it. Baselines run in the same run.
 */
import { BASELINES } from './quality/baselines.ts'
import { type Closure, derivedWay } from './quality/derived.ts'
import { figuresOf } from './quality/figures.ts'
import { AXES, foldsOf } from './quality/folds.ts'
import { type Measured, measure } from './quality/measure.ts'
import { POISON_RESULTS, POISON_SHARES, poisonedFold } from './quality/poison.ts'
import { caveats, type PoisonRow, poisonTable, qualityTable } from './quality/print.ts'
import { isSuccessfulAttack, readSuite, type Session, type Suite } from './quality/sessions.ts'
import type { Seen } from './quality/way.ts'
import type { Report } from './report.ts'

export interface QualityOptions {
  readonly data: string
  readonly suites: readonly Suite[]
  readonly closures: readonly Closure[]
  readonly contexts: readonly Seen[]
}

/** The same axis, way and context of several suites as one. */
const pooled = (measured: readonly Measured[]): readonly Measured[] => {
  const groups = new Map<string, Measured>()
  for (const entry of measured) {
    const key = `${entry.axis}|${entry.way}|${entry.seen}`
    const group = groups.get(key)
    groups.set(key, group === undefined ? entry : { ...group, scored: [...group.scored, ...entry.scored] })
  }
  return [...groups.values()]
}

const measureSuite = (sessions: readonly Session[], { closures, contexts }: QualityOptions): readonly Measured[] => {
  const ways = [...BASELINES, ...closures.map(mode => derivedWay(mode))]
  return AXES.flatMap(axis => {
    const folds = foldsOf(axis, sessions)
    return folds.length === 0 ? [] : ways.flatMap(way => measure(axis, folds, way, contexts))
  })
}

const poisonSuite = (suite: Suite, sessions: readonly Session[], closures: readonly Closure[]): readonly PoisonRow[] =>
  AXES.flatMap(axis =>
    closures.map(mode => ({
      axis,
      way: `ambit, ${mode}`,
      suite,
      folds: foldsOf(axis, sessions).flatMap(fold =>
        POISON_RESULTS.flatMap(results => POISON_SHARES.map(share => poisonedFold(mode, fold, share, results))),
      ),
    })),
  )

export const quality = (options: QualityOptions): Report => {
  const suites = options.suites.map(suite => ({ suite, sessions: readSuite(options.data, suite) }))
  const measured = suites.map(({ suite, sessions }) => ({ suite, rows: measureSuite(sessions, options) }))
  const attacked = suites.filter(({ sessions }) => sessions.some(isSuccessfulAttack))
  const attacks = attacked.flatMap(({ sessions }) => sessions.filter(isSuccessfulAttack))
  const poison = attacked.flatMap(({ suite, sessions }) => poisonSuite(suite, sessions, options.closures))
  const names = attacked.map(({ suite }) => suite)
  const all = pooled(measured.flatMap(({ rows }) => rows))

  const sections = [
    ...(names.length > 1 ? [qualityTable(`All suites with attacks (${names.join(', ')})`, all, names)] : []),
    ...measured.map(({ suite, rows }) => qualityTable(suite, rows, [suite])),
    ...(poison.length > 0 ? [`Poisoned window (context: all)\n${poisonTable(poison)}\n`] : []),
    caveats(new Set(attacks.map(({ suite, label }) => `${suite}/${label.goal}`)).size, attacks.length),
  ]
  return {
    text: sections.join('\n'),
    json: {
      suites: measured.map(({ suite, rows }) => ({
        suite,
        rows: rows.map(({ axis, way, seen, scored }) => ({ axis, way, context: seen, figures: figuresOf(scored) })),
      })),
      all: all.map(({ axis, way, seen, scored }) => ({
        axis,
        way,
        context: seen,
        figures: figuresOf(scored.filter(({ suite }) => names.includes(suite))),
      })),
      poison: poison.map(({ axis, way, suite, folds }) => ({
        axis,
        way,
        suite,
        folds: folds.map(({ scored, ...fold }) => ({ ...fold, figures: figuresOf(scored) })),
      })),
    },
  }
}
