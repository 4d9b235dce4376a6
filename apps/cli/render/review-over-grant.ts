/** What the envelope grants beyond what was observed, before anybody enforces it: how many dimensions are how open, and which. */
import { type DerivedPolicy, OPENNESS, type Openness } from '../../../core/model/policy.ts'
import { blocks, listed, type Markdown, md, NOTHING, prose, table } from './markdown.ts'
import { count, many, percent } from './numbers.ts'

const NAMES = 4

/** Widest first, each with what it lets the call alone do. */
const SENTENCES: Readonly<Record<Openness, string>> = {
  unbounded: 'any value, or any of its type or length',
  patterned: 'a value never seen that fits a range, a shape, a prefix, a directory or a domain',
  session: 'a value never seen only where the session gives it',
  observed: 'observed values and no other',
}

export const overGrantSection = ({ overGrant, permissions }: DerivedPolicy): Markdown => {
  const opened = permissions
    .filter(({ access }) => access.value !== 'read')
    .flatMap(({ action, dimensions }) =>
      dimensions.map(({ dimension, openness }) => ({ openness, name: `${action} ${dimension}` })),
    )
  const rows = OPENNESS.toReversed().map(openness => {
    const names = opened.filter(one => one.openness === openness).map(({ name }) => name)
    return [prose(SENTENCES[openness]), md`${names.length}`, names.length === 0 ? NOTHING : listed(names, NAMES)]
  })
  const unlisted = overGrant.observed - opened.length
  return blocks([
    md`## What it grants beyond what was observed`,
    md`Of ${prose(many(overGrant.observed, 'dimension'))} seen on actions that do more than read, **${prose(percent(overGrant.share))}** are open to the call alone; ${prose(count(unlisted))} have no permission, or are not in it.`,
    opened.length === 0 ? NOTHING : table(['What a call may carry', 'Dimensions', 'Which'], rows),
  ])
}
