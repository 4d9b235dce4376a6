/**
 * Does the unseen mass hold the truth? Windows of recorded sessions: the chance that the policy states for the next session
 * to show something new, and for one of a new kind of task, beside the share of later sessions that do.
 */
import { type Held, heldOf, lies, within } from './coverage/held.ts'
import { SHARES, SPLITS, type Split, windowsOf } from './coverage/split.ts'
import { isBenign, readSuite, type Session, type Suite } from './quality/sessions.ts'
import type { Report } from './report.ts'
import { table } from './table.ts'

interface Row {
  readonly suite: string
  readonly split: Split
  readonly share: number
  readonly held: readonly Held[]
}

/** A session that did nothing is no witness of anything. */
const counts = (session: Session): boolean =>
  isBenign(session) && session.calls.some(({ outcome }) => outcome !== 'denied')

const mean = (list: readonly (number | null)[]): number | null => {
  const known = list.filter(entry => entry !== null)
  return known.length === 0 ? null : known.reduce((sum, entry) => sum + entry, 0) / known.length
}

const percent = (share: number | null): string => (share === null ? '–' : (share * 100).toFixed(1))

const rounded = (number: number | null): string => (number === null ? '–' : number.toFixed(0))

const hits = (list: readonly boolean[]): string => `${list.filter(hit => hit).length} of ${list.length}`

const rowOf = ({ suite, split, share, held }: Row): readonly string[] => {
  const clustered = held.flatMap(({ cluster, ...rest }) => (cluster === null ? [] : { ...rest, cluster }))
  return [
    suite,
    split,
    String(share * 100),
    held.length === 1 || suite !== 'all' ? `${held[0]?.seen ?? 0}/${held[0]?.later ?? 0}` : '',
    percent(mean(held.map(({ observed }) => observed))),
    percent(mean(held.map(({ session }) => session.mass))),
    hits(held.map(({ observed, session }) => within(observed, session))),
    hits(held.map(({ observed, later, session }) => lies(observed, later, session))),
    percent(mean(held.map(({ sightings }) => sightings))),
    percent(mean(held.map(({ observedTasks }) => observedTasks))),
    percent(mean(clustered.map(({ cluster }) => cluster.mass))),
    // The others hold back tasks of which the window has seen sessions: that is not what the cluster figure is about.
    split === 'new tasks'
      ? hits(clustered.map(({ observedTasks, laterTasks, cluster }) => lies(observedTasks, laterTasks, cluster)))
      : '',
    hits(clustered.map(({ observed, cluster }) => observed <= cluster.interval[1])),
    rounded(mean(held.map(({ came }) => came))),
    rounded(mean(held.map(({ remaining }) => remaining))),
    hits(held.flatMap(({ came, remainingTop }) => (remainingTop === null ? [] : came <= remainingTop))),
  ]
}

const HEADING = [
  'suite',
  'split',
  'window %',
  'sessions in/after',
  'sessions with new %',
  'stated %',
  'in interval',
  'with chance',
  'single sightings %',
  'tasks with new %',
  'stated by cluster %',
  'with chance',
  'sessions under its top',
  'new things',
  'stated to come',
  'under its top',
]

const NOTES = [
  'Sessions with new: share of the later sessions that show a surface, or a value of a bounded dimension, that the window',
  'does not hold. Stated: unseenMass of the policy of the window. In interval: windows whose observed share lies in the',
  'stated 95 % interval; with chance: in it once it is widened by what 95 % of chance does to a share of so few sessions.',
  'Single sightings: what Good–Turing on sightings would have stated. Tasks with new, stated by cluster: the same by kinds',
  'of task (observed by label, stated by clusters of alike requests); sessions under its top: windows of which no larger',
  'share of sessions was new than the interval by cluster allows. New things: how many the later sessions showed in all, a',
  'lower bound of what was unseen; stated to come: unseenCount; under its top: windows of which no more came.',
  'Windows of one suite overlap: hits are no independent trials.',
].join('\n')

export const coverage = ({ data, suites }: { readonly data: string; readonly suites: readonly Suite[] }): Report => {
  const rows = suites.flatMap(suite => {
    const sessions = readSuite(data, suite).filter(counts)
    return SPLITS.flatMap(split =>
      SHARES.map(
        (share): Row => ({
          suite,
          split,
          share,
          held: windowsOf(split, share, sessions).flatMap(window => heldOf(window) ?? []),
        }),
      ),
    )
  })
  const all = SPLITS.flatMap(split =>
    SHARES.map(
      (share): Row => ({
        suite: 'all',
        split,
        share,
        held: rows.filter(row => row.split === split && row.share === share).flatMap(({ held }) => held),
      }),
    ),
  )
  return { text: `${table(HEADING, [...rows, ...all].map(rowOf))}\n\n${NOTES}`, json: { rows } }
}
