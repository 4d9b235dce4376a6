/** What other decisions would give → one table, as Markdown for the review and as plain lines for a terminal. */
import type { ExpectedRates } from '../../../core/model/policy.ts'
import type { Variant, VariantRow, WhatIf } from '../../../core/model/what-if.ts'
import { blocks, type Markdown, md, prose, table } from './markdown.ts'
import { count, percent } from './numbers.ts'
import { columns, wrap } from './terminal.ts'

export const WHAT_IF_PICTURE = 'what-if.svg'

/** The decision that a row moves, as it would be written. */
export const variantName = ({
  moved,
  closure,
  missBudget,
  moreThan,
  witnesses,
  distinct,
  sigma,
  unobserved,
  fields,
}: Variant): string => {
  switch (moved) {
    case 'nothing':
      return 'as decided'
    case 'closure':
      return closure
    case 'confidence':
      return `over ${count(moreThan)} by over ${count(witnesses)}`
    case 'distinct':
      return `distinct by ${distinct}`
    case 'missBudget':
      return `miss budget ${percent(missBudget)}`
    case 'unobserved':
      return unobserved === 'explained' ? 'unobserved where explained' : 'unobserved for review'
    case 'fields':
      return fields === 'usual' ? 'usual result fields' : 'any result field'
    case 'sigma':
      return `usual within ${sigma} sigma`
  }
}

const outcome = ({ permissions, withheld, expected, overGrant }: VariantRow): string =>
  JSON.stringify([permissions, withheld, expected, overGrant])

const note = (row: VariantRow, [first]: WhatIf): string => {
  if (row.dominatedBy !== null) return `worse than ${row.dominatedBy + 1}`
  return !row.current && first !== undefined && outcome(first) === outcome(row) ? 'the same' : ''
}

const rates = (kind: ExpectedRates | null): readonly string[] =>
  kind === null
    ? ['-', '-', '-']
    : [percent(kind.denied), percent(kind.reviewed), String(Math.round(kind.prompts * 100) / 100)]

const cells = (row: VariantRow, at: number, rows: WhatIf): readonly string[] => {
  const { overGrant } = row
  return [
    String(at + 1),
    variantName(row.variant),
    count(row.permissions),
    count(row.withheld),
    ...rates(row.expected.knownTasks),
    ...rates(row.expected.newTasks),
    percent(overGrant.share),
    count(overGrant.unbounded),
    count(overGrant.patterned),
    count(overGrant.session),
    note(row, rows),
  ]
}

const HEAD = [
  '#',
  'decisions',
  'permissions',
  'withheld',
  'denied',
  'reviewed',
  'asked',
  'denied, new',
  'reviewed, new',
  'asked, new',
  'open',
  'any',
  'pattern',
  'session',
  '',
]

const explained = (rows: WhatIf): readonly string[] => [
  'One decision moved a row. Shares of sessions: denied, or reviewed and not denied; asked: questions a session; new: kinds of task that the window does not hold.',
  `Open: of ${count(rows[0]?.overGrant.observed ?? 0)} dimensions seen on actions that do more than read, the share in which the call alone may carry a value never seen: any, or one that fits a pattern. Session: only what the session itself gives.`,
  'Worse than a row: that one asks for as much evidence, grants no more, stops no more, and is better in one of these.',
]

/** Lines, each ended. */
export const whatIfText = (rows: WhatIf): string =>
  `${[...columns(HEAD, rows.map(cells)).map(line => `  ${line}`), ...explained(rows).map(line => wrap(`  ${line}`, '  '))].join('\n')}\n`

export const whatIfSection = (rows: WhatIf, hasPicture: boolean): Markdown =>
  blocks([
    md`## What other decisions would give`,
    ...(hasPicture ? [{ markdown: `![Sessions stopped against what is granted](${WHAT_IF_PICTURE})` }] : []),
    table(
      HEAD.map(title => title.charAt(0).toUpperCase() + title.slice(1)),
      rows.map((row, at) =>
        cells(row, at, rows).map(cell => (row.current && cell !== '' ? md`**${prose(cell)}**` : prose(cell))),
      ),
    ),
    ...explained(rows).map(line => prose(line)),
  ])
