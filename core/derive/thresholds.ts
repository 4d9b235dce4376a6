/**
 * `auto`: the thresholds of a 14-day window, scaled to this window and to the volume of its sessions, with the arithmetic
 * shown. A longer window must show a need more often; more sessions give chance, and an attacker, more tries.
 */

import type { Decisions } from '../model/decisions.ts'
import { DAY } from '../model/observation.ts'
import type { Thresholds } from '../model/policy.ts'
import type { Profile } from '../model/profile.ts'

const WINDOW = 14
const WITNESSES = 3
const TIMES_PER_WITNESS = 5 / 3
/** One witness more for every so many sessions. */
const SESSIONS_PER_WITNESS = 1_000
const FEWEST = 2
const [SHORTEST, LONGEST] = [0.5, 4]

const rounded = (value: number): number => Math.round(value * 100) / 100

export const thresholdsOf = (profile: Profile, { confidence }: Decisions): Thresholds => {
  const { moreThan, witnesses } = confidence
  if (moreThan.value !== 'auto' && witnesses.value !== 'auto') {
    return { moreThan: moreThan.value, witnesses: witnesses.value, arithmetic: null }
  }
  const days = ((profile.last ?? 0) - (profile.first ?? 0)) / DAY
  const scale = Math.min(LONGEST, Math.max(SHORTEST, days / WINDOW))
  const byWindow = Math.round(WITNESSES * scale)
  const byVolume = Math.ceil(profile.witnesses.size / SESSIONS_PER_WITNESS)
  const scaledWitnesses = Math.max(FEWEST, byWindow, byVolume)
  const limit = witnesses.value === 'auto' ? scaledWitnesses : witnesses.value
  const times = moreThan.value === 'auto' ? Math.ceil(limit * TIMES_PER_WITNESS) : moreThan.value
  const steps = [
    ...(witnesses.value === 'auto'
      ? [
          `witnesses: ${rounded(days)} of ${WINDOW} days, held within ${SHORTEST} to ${LONGEST} times, give ${WITNESSES} x ${rounded(scale)} = ${byWindow}`,
          `${profile.witnesses.size} witnesses seen / ${SESSIONS_PER_WITNESS} give ${byVolume}`,
          `the larger, and at least ${FEWEST}: ${scaledWitnesses}`,
        ]
      : []),
    ...(moreThan.value === 'auto' ? [`times: 5/3 x ${limit}, rounded up: ${times}`] : []),
  ]
  return { moreThan: times, witnesses: limit, arithmetic: steps.join('; ') }
}

/** For a part of the evidence: what is asked of the whole, in proportion. */
export const inProportion = ({ moreThan, witnesses, arithmetic }: Thresholds, share: number): Thresholds => ({
  moreThan: moreThan * share,
  witnesses: witnesses * share,
  arithmetic,
})
