/**
 * What would it cost to allow a value out of a result only where it comes from a usual field? A measurement before a decision: the
 * program allows any field, and an attacker may own one.
 */
import { judge } from '../core/pipeline.ts'
import { restsOnField, returnedIn } from './origins/rests.ts'
import { type Ratio, ratio } from './quality/bootstrap.ts'
import { type Closure, policyOf, workloadOf } from './quality/derived.ts'
import { AXES, type Axis, type Fold, foldsOf } from './quality/folds.ts'
import { readSuite, type Suite } from './quality/sessions.ts'
import type { Report } from './report.ts'
import { table } from './table.ts'

/** So many training sessions must have taken the argument from the field. */
const USUAL_FROM = [1, 2, 4] as const
const CLOSURES: readonly Closure[] = ['structural', 'explained']

interface Counted {
  readonly task: string
  readonly suite: Suite
  readonly stopped: boolean
  readonly rests: boolean
  /** By `USUAL_FROM`: allowed today, and resting on a field that is not usual. */
  readonly more: readonly boolean[]
}

/** Argument and field → the training sessions that took the one from the other. */
const usualFields = (fold: Fold): ReadonlyMap<string, ReadonlySet<string>> => {
  const usual = new Map<string, Set<string>>()
  const found = workloadOf(fold.training)
  for (const { session, fields } of found === null ? [] : returnedIn(found.workload))
    for (const field of fields) usual.set(field, (usual.get(field) ?? new Set()).add(session))
  return usual
}

const countFold = (closure: Closure, suite: Suite, fold: Fold): readonly Counted[] => {
  const policy = policyOf(closure, fold.training)
  const found = workloadOf(fold.benign)
  if (policy === null || found === null) return []
  const usual = usualFields(fold)
  const judgements = judge(policy, found.workload, { context: 'all', at: null })
  const stopped = new Set(judgements.flatMap(({ session, verdict }) => (verdict === 'allow' ? [] : [session])))
  const resting = returnedIn(found.workload).filter(entry => restsOnField(policy, entry))
  return fold.benign.map(({ label }) => {
    const own = resting.filter(({ session }) => session === label.session)
    const isStopped = stopped.has(label.session)
    return {
      task: `${suite}/${label.task}`,
      suite,
      stopped: isStopped,
      rests: own.length > 0,
      more: USUAL_FROM.map(
        least => !isStopped && own.some(({ fields }) => fields.every(field => (usual.get(field)?.size ?? 0) < least)),
      ),
    }
  })
}

const share = (counted: readonly Counted[], test: (entry: Counted) => boolean): Ratio | null =>
  ratio(counted.map(entry => ({ task: entry.task, part: Number(test(entry)), whole: 1 })))

const percent = (figure: Ratio | null): string =>
  figure === null
    ? '–'
    : `${(figure.value * 100).toFixed(1)} [${(figure.low * 100).toFixed(1)}–${(figure.high * 100).toFixed(1)}]`

const rowOf = (axis: Axis, closure: Closure, name: string, counted: readonly Counted[]): readonly string[] => [
  axis,
  closure,
  name,
  String(counted.length),
  percent(share(counted, ({ stopped }) => stopped)),
  percent(share(counted, ({ rests }) => rests)),
  ...USUAL_FROM.map((_, index) => percent(share(counted, ({ more }) => more[index] === true))),
]

const HEADING = [
  'axis',
  'closure',
  'suite',
  'n benign',
  'stopped today %',
  'rest on a field %',
  ...USUAL_FROM.map(least => `more, usual from ${least} %`),
]

const NOTES = [
  'Stopped: denied or reviewed. Rest on a field: a value is in no set, the user did not ask for it, and an earlier result held it whole.',
  'More: sessions that are not stopped today, with such a value out of a field that fewer training sessions took that argument from.',
].join('\n')

export const origins = ({ data, suites }: { readonly data: string; readonly suites: readonly Suite[] }): Report => {
  const rows = AXES.flatMap(axis =>
    CLOSURES.map(closure => ({
      axis,
      closure,
      counted: suites.flatMap(suite =>
        foldsOf(axis, readSuite(data, suite)).flatMap(fold => countFold(closure, suite, fold)),
      ),
    })),
  )
  const shown = rows.flatMap(({ axis, closure, counted }) => [
    rowOf(axis, closure, 'all', counted),
    ...suites.map(suite =>
      rowOf(
        axis,
        closure,
        suite,
        counted.filter(entry => entry.suite === suite),
      ),
    ),
  ])
  return { text: `${table(HEADING, shown)}\n\n${NOTES}`, json: { rows } }
}
