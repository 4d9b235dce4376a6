/** What a sensor saw a pod being told of a name → a lookup that joins, or why it cannot. */
import type { EvidenceItem } from '../model/evidence.ts'
import type { Micros } from '../model/observation.ts'
import { admit, reject } from './admit.ts'
import { addressOf, hostOf } from './egress.ts'
import { type Pod, podKey, workloadOfPod } from './pod-workload.ts'

interface Told {
  readonly id: string
  readonly source: string
  readonly pod: Pod
  readonly name: unknown
  readonly addresses: readonly unknown[]
  readonly start: Micros | null
}

/** More than an answer of DNS over UDP can hold. */
const ADDRESSES = 256

export const lookup = ({ id, source, pod, name, addresses, start }: Told): EvidenceItem => {
  const host = hostOf(name)
  const known = addresses.slice(0, ADDRESSES).map(addressOf)
  const given = [...new Set(known.filter(address => address !== null))]
  if (host === null || given.length === 0) return reject('not-behavior', 'an answer that gives no name an address')
  if (start === null) return reject('invalid-time', 'the answer has no time')
  const { pod: key } = podKey(pod)
  const workload = key === undefined ? null : workloadOfPod(pod)
  if (key === undefined || workload === null) return reject('unattributed', 'no pod asked for the name')
  return admit({ kind: 'lookup', id, source, workload, pod: key, name: host, addresses: given, start })
}
