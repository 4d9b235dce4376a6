/**
 * Cloud permissions: how many later benign events of an account would be denied, and which attacks hit nothing allowed,
 * under the closures that are in use and under the program's own. Attack labels score; they never reach a derivation.
 */

import type { Observation } from '../core/model/observation.ts'
import type { Verdict } from '../core/model/verdict.ts'
import { type Event, readEvents } from './cloudtrail/events.ts'
import { placeOf, relocated } from './cloudtrail/relocate.ts'
import { baselines, DERIVED, type Judged, levelsOf, type Way } from './cloudtrail/ways.ts'
import type { Report } from './report.ts'
import { table } from './table.ts'

const BENIGN: ReadonlySet<string> = new Set(['benign_terraform', 'console', 'service_or_other'])
const ATTACK = 'attack'

interface Split {
  readonly name: string
  readonly training: readonly Event[]
  /** Benign events that came after; none where all of them train. */
  readonly later: readonly Event[]
}

interface Counts extends Readonly<Record<Verdict, number>> {
  /** Of what was not allowed, where the way says why. */
  readonly codes: Readonly<Record<string, number>>
}

interface Row {
  readonly split: string
  readonly way: string
  readonly benign: Counts
  readonly attack: Counts
  /** Technique → verdicts of its events, as recorded and as they would look in this account. */
  readonly techniques: Readonly<Record<'recorded' | 'relocated', Readonly<Record<string, Counts>>>>
}

const observed = (events: readonly Event[]): readonly Observation[] => events.flatMap(event => event.observation ?? [])

export const splitsOf = (events: readonly Event[]): readonly Split[] => {
  const benign = events.filter(({ label, observation }) => BENIGN.has(label) && observation !== null)
  const half = Math.floor(benign.length / 2)
  return [
    { name: 'time, first half', training: benign.slice(0, half), later: benign.slice(half) },
    { name: 'label, all benign', training: benign, later: [] },
  ]
}

export const countsOf = (observations: readonly Observation[], judge: (observation: Observation) => Judged): Counts => {
  const counts = { allow: 0, review: 0, deny: 0 }
  const codes: Record<string, number> = {}
  for (const observation of observations) {
    const { verdict, code } = judge(observation)
    counts[verdict]++
    if (verdict !== 'allow' && code !== null) codes[code] = (codes[code] ?? 0) + 1
  }
  return { ...counts, codes }
}

const rowOf = (split: Split, way: Way, attacks: readonly Observation[], techniques: readonly Event[]): Row => {
  const judge = way.learn(split.training)
  const place = placeOf(observed(split.training))
  const names = [...new Set(techniques.map(({ label }) => label))].sort()
  const byTechnique = (move: (observation: Observation) => Observation) =>
    Object.fromEntries(
      names.map(name => [name, countsOf(observed(techniques.filter(({ label }) => label === name)).map(move), judge)]),
    )
  return {
    split: split.name,
    way: way.name,
    // What AWS refused was no need: nothing is lost where a policy refuses it too.
    benign: countsOf(
      observed(split.later).filter(({ outcome }) => outcome !== 'denied'),
      judge,
    ),
    attack: countsOf(attacks, judge),
    techniques: {
      recorded: byTechnique(observation => observation),
      relocated: byTechnique(observation => relocated(observation, place)),
    },
  }
}

const total = ({ allow, review, deny }: Counts): number => allow + review + deny
const share = (part: number, counts: Counts): string =>
  total(counts) === 0 ? '–' : ((part / total(counts)) * 100).toFixed(1)

const listed = (counts: Counts): string =>
  Object.entries(counts.codes)
    .map(([code, count]) => `${code} ${share(count, counts)}`)
    .join(', ')

const untouched = (techniques: Readonly<Record<string, Counts>>): string => {
  const list = Object.values(techniques)
  return `${list.filter(({ allow }) => allow === 0).length} of ${list.length}`
}

const HEADING = [
  'window',
  'policy',
  'n later benign',
  'denied %',
  'reviewed %',
  'by code %',
  'n attack',
  'stopped %',
  'denied %',
  'techniques that hit nothing allowed',
  'as if in this account',
]

const NOTES = [
  'Attack: all events of the account with that label, in both windows; the same user ran infrastructure code, console and',
  'attack. Techniques come from other accounts; as if in this account: with its account number and region, since those alone',
  'put an event outside any policy that looks at resources. Stopped: denied or sent to a person.',
  'The later half tears down what the first half built: most of what is denied there is deletion that was never seen. The',
  'rest (value-denied) are resources that did not exist yet.',
  'The default gate asks for more than 3 distinct witnesses. A CloudTrail witness is a principal on one day, and 30 minutes',
  'of trail hold two benign principals: nothing can pass, everything is withheld and for a person, and that is right. The',
  'gate (0, 0) shows what closure does by itself; it is no setting to use. No intervals: one account, one half hour.',
].join('\n')

export const cloudtrail = async ({ data }: { readonly data: string }): Promise<Report> => {
  const events = readEvents(data, 'account')
  const techniques = readEvents(data, 'techniques')
  const attacks = observed(events.filter(({ label }) => label === ATTACK))
  const ways = [...baselines(await levelsOf([...events, ...techniques])), ...DERIVED]
  const rows = splitsOf(events).flatMap(split => ways.map(way => rowOf(split, way, attacks, techniques)))
  const text = table(
    HEADING,
    rows.map(({ split, way, benign, attack, techniques: hit }) => [
      split,
      way,
      String(total(benign)),
      share(benign.deny, benign),
      share(benign.review, benign),
      listed(benign),
      String(total(attack)),
      share(attack.deny + attack.review, attack),
      share(attack.deny, attack),
      untouched(hit.recorded),
      untouched(hit.relocated),
    ]),
  )
  return { text: `${text}\n\n${NOTES}`, json: { rows } }
}
