/**
 * Profile + decisions → derived policy. The order is that of the four decisions: which substrates (granularity), what
 * passed the gate (confidence), which envelope around it (closure), until when (validity).
 */
import type { ClosureRule } from '../model/closure-rule.ts'
import type { ClosureMode, Decisions } from '../model/decisions.ts'
import { policyDigest } from '../model/digest.ts'
import { type DerivedPolicy, POLICY_FORMAT, type Withheld } from '../model/policy.ts'
import type { Profile, SurfaceProfile } from '../model/profile.ts'
import type { Substrate } from '../model/substrate.ts'
import type { IamAccess } from './access.ts'
import { coverageOf } from './coverage.ts'
import type { Surroundings } from './dimension.ts'
import { envelopesOf } from './envelopes.ts'
import { countOf } from './evidence-count.ts'
import { type Gate, gateFor, opened } from './gate.ts'
import { derivePermission } from './permission.ts'
import { onlyWitnesses, revisionsOf } from './revisions.ts'
import { clusterSizes } from './trusted.ts'
import { validityOf } from './validity.ts'
import { classOf } from './withheld.ts'
import { clustersOf } from './witnesses.ts'

/** What derivation knows besides the profile and the decisions. */
export interface Knowledge {
  readonly rules: readonly ClosureRule[]
  readonly iam: IamAccess
  readonly blindTo: (source: string) => readonly string[]
}

/** Never gated by count: without name resolution no workload starts. */
const isBase = ({ substrate, action }: SurfaceProfile): boolean =>
  substrate === 'network' && /^(?:udp|tcp)\/53$/.test(action)

const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

const sortKey = (entry: Withheld): string =>
  [entry.substrate, entry.action, entry.dimension ?? '', typeof entry.value, String(entry.value)].join('\0')

const withheldSurface = (surface: SurfaceProfile, gate: Gate, profile: Profile): Withheld => {
  const { substrate, action } = surface
  const evidence = countOf(surface.witnesses, profile, gate.perWitness, surface.sources)
  return {
    substrate,
    action,
    dimension: null,
    value: null,
    class: classOf(evidence, profile, gate.perWitness),
    evidence,
  }
}

export const derive = (whole: Profile, decisions: Decisions, knowledge: Knowledge): DerivedPolicy => {
  const profile =
    decisions.validity.revisions.value === 'latest' ? onlyWitnesses(whole, revisionsOf(whole).latestWitnesses) : whole
  const wanted: readonly Substrate[] = decisions.granularity.substrates.value
  const mode = (substrate: Substrate): ClosureMode =>
    decisions.closure.perSubstrate[substrate] ?? decisions.closure.mode.value
  const clusters = clustersOf(profile)
  const sizes = clusterSizes(clusters)
  const around = (substrate: Substrate): Surroundings => ({
    profile,
    decisions,
    rules: knowledge.rules,
    clusters,
    sizes,
    gate: gateFor(substrate, decisions, clusters),
  })
  const surfaces = [...profile.surfaces.values()]
    .filter(({ substrate }) => wanted.includes(substrate))
    .sort((a, b) => order(a.substrate, b.substrate) || order(a.action, b.action))
  const outcome = surfaces.map(surface => {
    const usual = around(surface.substrate)
    const surroundings = isBase(surface) ? { ...usual, gate: opened(usual.gate) } : usual
    if (!isBase(surface) && !surroundings.gate.admits(surface.witnesses)) {
      return { surface, permission: null, withheld: [withheldSurface(surface, surroundings.gate, profile)] }
    }
    const derived = derivePermission(surface, mode(surface.substrate), knowledge.iam, surroundings)
    // A permission that no observed value passes would allow nothing: the surface is under the threshold as a whole.
    return derived.permission.dimensions.some(
      ({ allow, absent, role }) => allow.kind === 'none' && absent !== 'allow' && role.value !== 'secret',
    )
      ? { surface, permission: null, withheld: [withheldSurface(surface, surroundings.gate, profile)] }
      : { surface, ...derived }
  })
  const permissions = outcome.flatMap(({ permission }) => permission ?? [])
  const bounded = (surface: SurfaceProfile, dimension: string): boolean => {
    const derived = outcome.find(entry => entry.surface === surface)?.permission?.dimensions
    return derived?.some(entry => entry.dimension === dimension && entry.allow.kind !== 'any') ?? false
  }
  const processStartSeen = permissions.some(({ substrate, action }) => substrate === 'syscall' && action === 'execve')
  const policy: Omit<DerivedPolicy, 'digest'> = {
    format: POLICY_FORMAT,
    workload: profile.workload,
    decisions,
    bounds: wanted.filter(substrate => permissions.some(permission => permission.substrate === substrate)),
    permissions,
    envelopes: envelopesOf(permissions, mode),
    withheld: outcome.flatMap(({ withheld }) => withheld).sort((a, b) => order(sortKey(a), sortKey(b))),
    coverage: coverageOf(profile, wanted, bounded, processStartSeen),
    validity: validityOf(profile, decisions),
    blindTo: [...profile.sources]
      .sort()
      .flatMap(source => knowledge.blindTo(source).map(statement => ({ source, statement }))),
    ledger: profile.ledger,
    base: {
      dns: permissions.some(({ substrate, action }) => substrate === 'network' && /\/53$/.test(action)),
      processStartSeen,
    },
  }
  const { format, ...rest } = policy
  return { format, digest: policyDigest(policy), ...rest }
}
