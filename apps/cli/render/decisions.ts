/** The four decisions as a table: what was decided, and whether a person wrote it. */
import { type Decided, type Decisions, isProbabilistic } from '../../../core/model/decisions.ts'
import { listed, type Markdown, md, prose, table } from './markdown.ts'
import { many, percent } from './numbers.ts'

interface DecisionRow {
  readonly decision: 'Granularity' | 'Closure' | 'Confidence' | 'Validity'
  /** Where it stands in `ambit.yaml`. */
  readonly field: string
  readonly value: string
  readonly by: Decided<unknown>['by']
}

/** One row per field that somebody could have written, in the order of `ambit.yaml`. */
const decisionRows = (decisions: Decisions): readonly DecisionRow[] => {
  const { granularity, closure, confidence, validity } = decisions
  const exceptions = (number: number, of: string): string => (number === 0 ? '' : `, and ${many(number, of)}`)
  const substrates = granularity.substrates.value.join(', ')
  const closed = Object.entries(closure.perSubstrate).map(([substrate, mode]) => `${mode} for ${substrate}`)
  const gated = Object.entries(confidence.perSubstrate).map(
    ([substrate, gate]) => `more than ${gate.moreThan} and ${gate.witnesses} for ${substrate}`,
  )
  const row = (
    decision: DecisionRow['decision'],
    field: string,
    value: string,
    { by }: Pick<DecisionRow, 'by'>,
  ): DecisionRow => ({ decision, field: `${decision.toLowerCase()}.${field}`, value, by })
  return [
    row(
      'Granularity',
      'substrates',
      `encode ${substrates}${exceptions(granularity.actions.length, 'written access level')}`,
      granularity.substrates,
    ),
    row(
      'Closure',
      'mode',
      [`${closure.mode.value}${exceptions(closure.dimensions.length, 'written dimension')}`, ...closed].join('; '),
      closure.mode,
    ),
    row(
      'Closure',
      'missBudget',
      `take the next wider rule above ${percent(closure.missBudget.value)}`,
      closure.missBudget,
    ),
    row(
      'Closure',
      'unobserved',
      closure.unobserved.value === 'review'
        ? 'surfaces that were not observed are for a person'
        : 'surfaces that were not observed are allowed where the session explains the call',
      closure.unobserved,
    ),
    row(
      'Closure',
      'fields',
      closure.fields.value === 'any'
        ? 'any field of an earlier result may give a value'
        : 'a field of an earlier result may give a value where it usually did',
      closure.fields,
    ),
    ...(isProbabilistic(decisions)
      ? [
          row('Closure', 'sigma', `usual within ${closure.sigma.value} standard deviations`, closure.sigma),
          row(
            'Closure',
            'signals',
            closure.signals.value.length === 0
              ? 'no signal asks a person'
              : `unusual ${closure.signals.value.join(', ')} ${closure.signals.value.length === 1 ? 'is' : 'are'} for a person`,
            closure.signals,
          ),
        ]
      : []),
    row(
      'Confidence',
      'moreThan',
      [`more than ${confidence.moreThan.value} times`, ...gated].join('; '),
      confidence.moreThan,
    ),
    row('Confidence', 'witnesses', `by more than ${confidence.witnesses.value} witnesses`, confidence.witnesses),
    row(
      'Confidence',
      'perWitness',
      `one witness counts ${confidence.perWitness.value} times at most`,
      confidence.perWitness,
    ),
    row(
      'Confidence',
      'quorum',
      `what a read text may have suggested, or nothing explains, counts from ${percent(confidence.quorum.value)} of alike sessions on`,
      confidence.quorum,
    ),
    row('Confidence', 'distinct', `a witness is distinct by ${confidence.distinct.value}`, confidence.distinct),
    row(
      'Validity',
      'expiresAfterDays',
      `${many(validity.expiresAfterDays.value, 'day')} after the last evidence`,
      validity.expiresAfterDays,
    ),
    row('Validity', 'revisions', `${validity.revisions.value} revisions`, validity.revisions),
  ]
}

export const defaultedDecisions = (decisions: Decisions): readonly string[] =>
  decisionRows(decisions)
    .filter(({ by }) => by === 'defaulted')
    .map(({ field }) => field)

const sourceOf = (rows: readonly DecisionRow[]): Markdown => {
  const by = (source: DecisionRow['by']): readonly string[] =>
    rows.filter(row => row.by === source).map(({ field }) => field.slice(field.indexOf('.') + 1))
  const [written, defaulted] = [by('written'), by('defaulted')]
  if (written.length === 0) return md`defaulted`
  return defaulted.length === 0
    ? md`**written**`
    : md`**written**: ${listed(written, 9)}; defaulted: ${listed(defaulted, 9)}`
}

/** One row per decision. */
export const decisionsTable = (decisions: Decisions): Markdown => {
  const all = decisionRows(decisions)
  const rows = [...new Set(all.map(({ decision }) => decision))].map(decision => {
    const fields = all.filter(row => row.decision === decision)
    return [prose(decision), prose(fields.map(({ value }) => value).join('; ')), sourceOf(fields)]
  })
  return table(['Decision', 'Value', 'Source'], rows)
}
