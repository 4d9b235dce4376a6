/** Evidence of one workload → its profile: counts per surface and per value, by witness. */
import type { Ledger } from '../model/ledger.ts'
import type { Micros, Observation } from '../model/observation.ts'
import type { Profile, SurfaceProfile, WitnessProfile } from '../model/profile.ts'
import type { Substrate } from '../model/substrate.ts'
import type { Workload } from '../model/workload.ts'
import type { WorkloadEvidence } from '../model/workload-evidence.ts'
import { addDeclaration } from './declarations.ts'
import { addValue, emptyDimension, trim } from './dimension.ts'
import { addFacts } from './facts.ts'
import { addCall } from './minutes.ts'
import { addRequest, addResult, boundOrigins } from './origins.ts'
import { sight } from './sighting.ts'
import { addToSignature } from './signature.ts'

export const emptyProfile = (workload: Workload, ledger: Ledger): Profile => ({
  workload,
  surfaces: new Map(),
  witnesses: new Map(),
  catalog: new Map(),
  unneeded: new Map(),
  sources: new Set(),
  first: null,
  last: null,
  ledger,
})

const surfaceKey = (substrate: Substrate, action: string): string => `${substrate}/${action}`

export const emptySurface = (substrate: Substrate, action: string): SurfaceProfile => ({
  substrate,
  action,
  witnesses: new Map(),
  dimensions: new Map(),
  always: new Map(),
  sources: new Set(),
  visibility: { seen: 0, absent: 0, malformed: 0 },
})

/** Sessions and process lifetimes are kept apart, so that one cannot pass for the other. */
const witnessKey = (session: string | null, witness: string): string =>
  session === null ? `process:${witness}` : `session:${session}`

const touchWindow = (profile: Profile, start: Micros): void => {
  profile.first = profile.first === null ? start : Math.min(profile.first, start)
  profile.last = profile.last === null ? start : Math.max(profile.last, start)
}

export const emptyWitness = (session: boolean, start: Micros): WitnessProfile => ({
  session,
  signature: new Set(),
  asked: new Map(),
  read: new Map(),
  fields: new Map(),
  sent: new Map(),
  unknown: null,
  facts: new Map(),
  minutes: new Map(),
  first: start,
  last: start,
})

const touchWitness = (profile: Profile, key: string, session: boolean, start: Micros): WitnessProfile => {
  const known = profile.witnesses.get(key)
  if (known !== undefined) {
    known.first = Math.min(known.first, start)
    known.last = Math.max(known.last, start)
    return known
  }
  const fresh = emptyWitness(session, start)
  profile.witnesses.set(key, fresh)
  return fresh
}

/** Intersection over the witness's calls, in whatever order. */
export const keepAlways = (always: Map<string, Set<string>>, witness: string, shown: ReadonlySet<string>): void => {
  const known = always.get(witness)
  always.set(witness, known === undefined ? new Set(shown) : new Set([...known].filter(name => shown.has(name))))
}

const addObservation = (profile: Profile, observation: Observation): void => {
  const { substrate, action, start, visibility } = observation
  const key = surfaceKey(substrate, action)
  profile.sources.add(observation.source)
  touchWindow(profile, start)
  // INVARIANT (law 7): what was refused, excepted or marked malicious is counted and never becomes evidence of need.
  const ran = observation.outcome !== 'denied'
  const needed = ran && observation.exception === undefined && observation.malicious !== true
  if (!needed) profile.unneeded.set(key, (profile.unneeded.get(key) ?? 0) + 1)
  if (!ran) return
  const witness = witnessKey(observation.session, observation.witness)
  const shown = touchWitness(profile, witness, observation.session !== null, start)
  // What it returned was read all the same, and may have suggested what came after.
  if (substrate === 'tool') addResult(shown, observation)
  if (!needed) return
  addFacts(shown, observation.facts)
  addCall(shown, substrate, start)
  let surface = profile.surfaces.get(key)
  if (surface === undefined) {
    surface = emptySurface(substrate, action)
    profile.surfaces.set(key, surface)
  }
  surface.sources.add(observation.source)
  surface.visibility[visibility]++
  sight(surface.witnesses, witness, 1, start, start)
  if (visibility !== 'seen') return
  const counted = new Set<string>()
  for (const { dimension: name, value } of observation.values) {
    let dimension = surface.dimensions.get(name)
    if (dimension === undefined) {
      dimension = emptyDimension(name)
      surface.dimensions.set(name, dimension)
    }
    if (!counted.has(name)) sight(dimension.present, witness, 1, start, start)
    counted.add(name)
    addValue(dimension, value, witness, 1, start, start)
  }
  keepAlways(surface.always, witness, counted)
}

export const finishProfile = (profile: Profile): Profile => {
  for (const witness of profile.witnesses.values()) boundOrigins(witness, 0)
  for (const surface of profile.surfaces.values()) {
    for (const dimension of surface.dimensions.values()) trim(dimension, 0)
  }
  return profile
}

/** `ledger` is the ledger of the sources that this evidence came through. */
export const profileOf = (evidence: WorkloadEvidence, ledger: Ledger): Profile => {
  const profile = emptyProfile(evidence.workload, ledger)
  for (const observation of evidence.observations) addObservation(profile, observation)
  for (const request of evidence.requests) {
    profile.sources.add(request.source)
    touchWindow(profile, request.start)
    const witness = touchWitness(profile, `session:${request.session}`, true, request.start)
    addToSignature(witness.signature, request.text)
    addRequest(witness, request)
    addFacts(witness, request.facts)
  }
  for (const sighting of evidence.catalogs) {
    profile.sources.add(sighting.source)
    for (const tool of sighting.tools) addDeclaration(profile, tool)
  }
  return finishProfile(profile)
}
