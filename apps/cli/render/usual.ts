/** Probabilistic closure in the review: what was measured, what it promised, what it would have asked, and what is on. */
import type { DerivedPolicy, Permission } from '../../../core/model/policy.ts'
import { SIGNAL_REASONS, SIGNALS, type UsualBound, type UsualSignal } from '../../../core/model/usual.ts'
import { concerns, describeUsual } from '../../../core/policy/usual.ts'
import { blocks, bullets, code, type Markdown, md, NOTHING, prose, table } from './markdown.ts'
import { many, percent } from './numbers.ts'

const BOUNDS = 12

const share = (value: number | null): Markdown => prose(value === null ? '–' : percent(value))

const row = (signal: UsualSignal): readonly Markdown[] => [
  code(signal.signal),
  prose(SIGNALS[signal.signal]),
  signal.on ? md`**on**` : md`off`,
  prose(SIGNAL_REASONS[signal.reason]),
  prose(signal.spreads === null ? '–' : String(Math.round(signal.spreads * 100) / 100)),
  share(signal.nominal),
  share(signal.heldOut),
  share(signal.heldOutNewTasks),
]

/** Where the bound is, and what it says. */
const boundLine = (bound: UsualBound): Markdown => {
  const where = [bound.action, bound.dimension].filter(name => name !== null)
  return md`${code(where.length === 0 ? bound.substrate : where.join(' '), 120)}: ${prose(describeUsual(bound))} (${prose(many(bound.witnesses, 'session'))})`
}

export const usualSection = ({ usual }: DerivedPolicy): Markdown => {
  if (usual === null) return NOTHING
  const shown = usual.bounds.slice(0, BOUNDS)
  return blocks([
    md`## What is usual inside the envelope`,
    md`${usual.sigma} standard deviations promise that ${prose(percent(usual.promised))} of sessions are beyond. Sessions are not normally distributed: *nominal* is what so many standard deviations would have asked about, *spreads* how many keep the promise, *held out* the share of sessions beyond that, each judged without itself; *new* without all that resemble it. Beyond is for a person.`,
    table(['Signal', 'Of', '', 'Why', 'Spreads', 'Nominal', 'Held out', 'New'], usual.signals.map(row)),
    usual.heldOut === null
      ? md`Nothing is asked about.`
      : md`Together: ${share(usual.heldOut)} of held-out sessions, ${share(usual.heldOutNewTasks)} of new kinds of task.`,
    bullets([
      ...shown.map(boundLine),
      ...(usual.bounds.length > shown.length
        ? [md`and ${usual.bounds.length - shown.length} more (see \`policy.yaml\`)`]
        : []),
    ]),
  ])
}

/** What is usual of one permission: one line each. */
export const usualOfPermission = ({ usual }: DerivedPolicy, permission: Permission): readonly UsualBound[] =>
  (usual?.bounds ?? []).filter(bound => concerns(bound, permission))
