/**
 * Profile + decisions → derived policy. The order is that of the four decisions: which substrates (granularity), what
 * passed the gate (confidence), which envelope around it (closure), until when (validity).
 */
import type { Decisions } from '../model/decisions.ts'
import { policyDigest } from '../model/digest.ts'
import { type DerivedPolicy, POLICY_FORMAT } from '../model/policy.ts'
import type { Profile, SurfaceProfile } from '../model/profile.ts'
import type { Scalar } from '../model/scalar.ts'
import { isNews } from '../policy/novelty.ts'
import { assessSurfaces, type Knowledge, tablesOf } from './assess-surfaces.ts'
import { coverageOf } from './coverage.ts'
import { expectedOf } from './expected.ts'
import { listedOf } from './listed.ts'
import { overGrantOf } from './over-grant.ts'
import { writePermissions } from './permissions.ts'
import { onlyWitnesses, revisionsOf } from './revisions.ts'
import { thresholdsOf } from './thresholds.ts'
import { usualOf } from './usual.ts'
import { validityOf } from './validity.ts'
import { everyWitness } from './witness-numbers.ts'
import { kindsOf } from './witnesses.ts'

const surfaceKey = ({ substrate, action }: Pick<SurfaceProfile, 'substrate' | 'action'>): string =>
  `${substrate}/${action}`

export const derive = (whole: Profile, decisions: Decisions, knowledge: Knowledge): DerivedPolicy => {
  const profile =
    decisions.validity.revisions.value === 'latest' ? onlyWitnesses(whole, revisionsOf(whole).latestWitnesses) : whole
  const kinds = kindsOf(profile)
  const thresholds = thresholdsOf(profile, decisions)
  const tables = tablesOf(profile, decisions, knowledge, kinds)
  const assessed = assessSurfaces(tables, everyWitness(tables.numbers), decisions, knowledge, kinds, thresholds, true)
  const permitted = writePermissions(assessed, profile, decisions, tables)
  const { permissions } = permitted
  const { listed, dropped } = listedOf(permitted.withheld)
  const measured = usualOf(profile, decisions, permissions, kinds.alike, thresholds)
  const closed = new Map(
    permissions.map(({ substrate, action, dimensions }) => [
      surfaceKey({ substrate, action }),
      new Map(dimensions.map(({ dimension, allow }) => [dimension, allow] as const)),
    ]),
  )
  const bounded = (surface: SurfaceProfile, dimension: string, value: Scalar): boolean => {
    const allow = closed.get(surfaceKey(surface))?.get(dimension)
    return allow !== undefined && isNews(allow, value)
  }
  const processStartSeen = permissions.some(({ substrate, action }) => substrate === 'syscall' && action === 'execve')
  const policy: Omit<DerivedPolicy, 'digest'> = {
    format: POLICY_FORMAT,
    workload: profile.workload,
    decisions,
    thresholds,
    ...permitted,
    withheld: listed,
    usual: measured.usual,
    expected: expectedOf(tables, decisions, knowledge, kinds, thresholds, measured),
    overGrant: overGrantOf(tables, decisions, permissions),
    coverage: coverageOf(
      profile,
      decisions.granularity.substrates.value,
      bounded,
      kinds.alike,
      processStartSeen,
      dropped,
    ),
    validity: validityOf(profile, decisions),
    blindTo: [...profile.sources]
      .sort()
      .flatMap(source => knowledge.blindTo(source).map(statement => ({ source, statement }))),
    base: {
      dns: permissions.some(({ substrate, action }) => substrate === 'network' && /\/53$/.test(action)),
      processStartSeen,
    },
  }
  const { format, ...rest } = policy
  return { format, digest: policyDigest(policy), ...rest }
}
