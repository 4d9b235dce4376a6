/**
 * Judged calls, one at a time → alerts. Bounded whatever comes, and what a flood pushes out is counted together, not dropped:
 * a place with many values, a witness with many places and a minute with many alerts each become one alert with a count.
 *
 * INVARIANT: every call that is not allowed is in the count of an alert, unless an exception covered it.
 */
import type { Alert, AlertKind, Noted } from '../model/alert.ts'
import { digest } from '../model/digest.ts'
import type { DerivedPolicy } from '../model/policy.ts'
import { type Scalar, scalarKey } from '../model/scalar.ts'
import type { VerdictCode } from '../model/verdict.ts'
import { hashName } from '../policy/name-hash.ts'
import { cutName } from './cut.ts'
import { alertOf, count, type Group, type Head, openGroup, tell } from './group.ts'
import { advance, type Pace, startPace } from './pace.ts'
import { isUngoverned, type Place, placer } from './place.ts'
import { createRecent } from './recent.ts'

export interface DetectorLimits {
  /** Alerts whose counts are remembered; the one longest not seen is forgotten, and is new when it comes again. */
  readonly groups: number
  /** Witnesses and places remembered for the limits below. */
  readonly names: number
  /** Values of one place that have an alert each; further ones are counted together. */
  readonly valuesPerPlace: number
  /** Alerts that one witness can open; further sightings are counted in its burst. */
  readonly perWitness: number
  /** New alerts in a minute; further ones are counted together until they recur. */
  readonly perMinute: number
  /** Calls of one witness within a minute, none of them allowed, that make a burst. */
  readonly burst: number
}

const DETECTOR_LIMITS: DetectorLimits = {
  groups: 1_024,
  names: 4_096,
  valuesPerPlace: 16,
  perWitness: 32,
  perMinute: 64,
  burst: 10,
}

export interface Detector {
  /** What is to be told now: new alerts, and known ones that have grown. Total: any call may be noted, in any order of time. */
  note(noted: Noted): readonly Alert[]
  /** Every alert that was told and is still remembered, with the counts of now; its revision is the one that would come next. */
  readonly standing: () => readonly Alert[]
  /** Entries remembered, and alerts forgotten so far. */
  readonly state: () => { readonly groups: number; readonly names: number; readonly forgotten: number }
}

/** Numbers that differ from call to call, or nothing at all: not what an alert is told apart by. */
const VALUELESS: readonly VerdictCode[] = ['unusual', 'dimension-missing', 'arguments-unseen']
/** UTF-16 units of a value that are compared as they are. */
const NAME = 1_024
/** What a person would call new: a surface, a dimension or a value that the window does not hold. */
const ONSETS: readonly AlertKind[] = ['deviation', 'soft-violation']

/** A value that is longer than any name is told apart by its beginning, its length and a fingerprint. */
const nameOf = (value: Scalar): string => {
  const key = scalarKey(value)
  return key.length <= NAME ? key : `${key.slice(0, NAME)} ${key.length} ${hashName(key)}`
}

export const createDetector = (policy: DerivedPolicy, limits: DetectorLimits = DETECTOR_LIMITS): Detector => {
  const placeOf = placer(policy)
  const groups = createRecent<Group>(limits.groups)
  const places = createRecent<{ values: number }>(limits.names)
  const paces = createRecent<Pace>(limits.names)
  const latest = startPace()

  /** Counted together under a name of their own. `before`: those of this minute that were told of one by one, and now belong to it. */
  const together = (noted: Noted, place: Place, name: string, before: Pace | null): readonly Alert[] => {
    const { substrate, verdict, code } = noted
    const key = digest(['together', substrate, name])
    const common = { dimension: null, rule: null, allowed: '', action: null, permission: null }
    const open = (): Group => {
      const group = openGroup(
        policy,
        key,
        { substrate, verdict, code, kind: 'burst', ...common },
        before?.since ?? noted.at,
      )
      group.tally.count = before === null ? 0 : before.inMinute - 1
      return group
    }
    const group = groups.get(key) ?? groups.set(key, open())
    count(policy, group, noted, place.observed)
    return tell(policy, group)
  }

  /** The group of this call, and whether it is new. A place with too many values has one group for all further ones. */
  const groupOf = (noted: Noted, place: Place): { readonly group: Group; readonly isNew: boolean } => {
    const { kind, code, dimension, rule, allowed } = place
    const { substrate, action, permission, verdict } = noted
    const ungoverned = isUngoverned(code)
    const where = [kind, code, ...(ungoverned ? [] : [substrate, action, dimension])]
    const key = digest([where, VALUELESS.includes(code) || ungoverned ? [] : place.observed.map(nameOf)])
    const known = groups.get(key)
    if (known !== undefined) return { group: known, isNew: false }
    const values = places.get(digest(where)) ?? places.set(digest(where), { values: 0 })
    const isCrowded = values.values >= limits.valuesPerPlace
    const shared = isCrowded ? groups.get(digest(where)) : undefined
    if (shared !== undefined) return { group: shared, isNew: false }
    if (!isCrowded) values.values++
    const head: Head = {
      substrate,
      action: ungoverned ? null : cutName(action),
      permission: cutName(permission),
      verdict,
      code,
      kind,
      dimension: cutName(dimension),
      rule: cutName(rule),
      allowed: cutName(allowed),
    }
    return { group: openGroup(policy, isCrowded ? digest(where) : key, head, noted.at), isNew: true }
  }

  /** The same by a second witness, where the window has nothing like it: something has begun. */
  const onsetOf = (group: Group): readonly Alert[] => {
    const { head, tally, begun } = group
    if (begun || !ONSETS.includes(head.kind) || isUngoverned(head.code) || tally.witnesses.size < 2) return []
    group.begun = true
    const onset = openGroup(policy, `onset of ${group.id}`, { ...head, kind: 'late-onset' }, tally.first)
    return tell(policy, { ...onset, tally })
  }

  return {
    note: noted => {
      if (noted.verdict === 'allow' || noted.exception !== null) return []
      const place = placeOf(noted)
      const name = digest(noted.witness)
      const pace = paces.get(name) ?? paces.set(name, startPace())
      advance(pace, noted.at)
      const { group, isNew } = groupOf(noted, place)
      if (isNew && pace.opened >= limits.perWitness) return together(noted, place, name, null)
      if (isNew) {
        pace.opened++
        groups.set(group.key, group)
      }
      count(policy, group, noted, place.observed)
      const burst = pace.inMinute < limits.burst ? [] : together(noted, place, name, pace)
      if (group.revisions > 0) return [...burst, ...tell(policy, group), ...onsetOf(group)]
      advance(latest, noted.at)
      // A storm of news is told as one; what recurs after it is told by itself.
      if (latest.inMinute > limits.perMinute) return [...burst, ...together(noted, place, 'minute', null)]
      return [...burst, ...tell(policy, group), ...onsetOf(group)]
    },
    standing: () => groups.values().flatMap(group => (group.revisions === 0 ? [] : [alertOf(policy, group)])),
    state: () => ({
      groups: groups.size(),
      names: places.size() + paces.size(),
      forgotten: groups.forgotten(),
    }),
  }
}
