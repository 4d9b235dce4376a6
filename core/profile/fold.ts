/** Evidence of one workload → its profile: counts per surface and per value, by witness. */
import type { Ledger } from '../model/ledger.ts'
import type { Micros, Observation } from '../model/observation.ts'
import type { Profile, WitnessProfile } from '../model/profile.ts'
import type { Substrate } from '../model/substrate.ts'
import type { Workload } from '../model/workload.ts'
import type { WorkloadEvidence } from '../model/workload-evidence.ts'
import { claimSurface, isFlooded } from './breadth.ts'
import { addDeclaration } from './declarations.ts'
import { addFacts } from './facts.ts'
import { addCall } from './minutes.ts'
import { addRequest, addResult, boundOrigins } from './origins.ts'
import { addToSignature } from './signature.ts'
import { addToSurface, emptySurface, finishSurface } from './surface.ts'

export const emptyProfile = (workload: Workload, ledger: Ledger): Profile => ({
  workload,
  surfaces: new Map(),
  witnesses: new Map(),
  breadth: new Map(),
  flooded: new Map(),
  catalog: new Map(),
  unneeded: new Map(),
  sources: new Set(),
  first: null,
  last: null,
  ledger,
})

const surfaceKey = (substrate: Substrate, action: string): string => `${substrate}/${action}`

/** Sessions and process lifetimes are kept apart, so that one cannot pass for the other. */
const witnessKey = (session: string | null, witness: string): string =>
  session === null ? `process:${witness}` : `session:${session}`

const touchWindow = (profile: Profile, start: Micros): void => {
  profile.first = profile.first === null ? start : Math.min(profile.first, start)
  profile.last = profile.last === null ? start : Math.max(profile.last, start)
}

export const emptyWitness = (session: boolean, start: Micros): WitnessProfile => ({
  session,
  inferred: false,
  signature: new Set(),
  asked: new Map(),
  read: new Map(),
  fields: new Map(),
  places: new Map(),
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

const addObservation = (profile: Profile, observation: Observation): void => {
  const { substrate, action, start } = observation
  const key = surfaceKey(substrate, action)
  profile.sources.add(observation.source)
  touchWindow(profile, start)
  // INVARIANT (law 7): what was refused, excepted, contested or marked malicious is counted and never becomes evidence of need.
  const ran = observation.outcome !== 'denied'
  const isDisowned = observation.malicious === true || observation.contested === true
  const needed = ran && observation.exception === undefined && !isDisowned
  if (!needed) profile.unneeded.set(key, (profile.unneeded.get(key) ?? 0) + 1)
  if (!ran) return
  const witness = witnessKey(observation.session, observation.witness)
  const shown = touchWitness(profile, witness, observation.session !== null, start)
  shown.inferred ||= observation.inferred === true
  // What it returned was read all the same, and may have suggested what came after.
  if (substrate === 'tool') addResult(shown, observation)
  if (!needed) return
  addFacts(shown, observation.facts)
  addCall(shown, substrate, start)
  if (isFlooded(profile, substrate, witness)) return
  const known = profile.surfaces.get(key)
  if (known?.witnesses.has(witness) !== true && !claimSurface(profile, substrate, witness)) return
  const surface = known ?? emptySurface(substrate, action)
  profile.surfaces.set(key, surface)
  addToSurface(surface, witness, observation)
}

export const finishProfile = (profile: Profile): Profile => {
  for (const witness of profile.witnesses.values()) boundOrigins(witness, 0)
  for (const surface of profile.surfaces.values()) finishSurface(surface)
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
