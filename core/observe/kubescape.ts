/**
 * What Kubescape learned of a workload (`ApplicationProfile`, `NetworkNeighborhood`, `ContainerProfile` and their lists;
 * `spdx.softwarecomposition.kubescape.io/v1beta1`, as `kubectl get -o json` prints them) → `process`, `network` and `syscall`
 * observations of lower confidence: that something was seen once, at the time when the profile was begun.
 *
 * A profile says neither how often nor by whom, so all profiles of a workload are ONE witness. No gate that asks for several
 * witnesses lets them through alone; they confirm what another source saw.
 */
import { digestText } from '../model/digest.ts'
import type { EvidenceItem } from '../model/evidence.ts'
import { NO_FACTS } from '../model/observation.ts'
import type { EvidenceSource } from '../model/source.ts'
import { admitObservation, reject } from './admit.ts'
import { at, field, isObject, list, text } from './json.ts'
import { type Listed, listedBy } from './kubescape-spec.ts'
import { workloadOfPod } from './pod-workload.ts'
import { microsOfRfc3339 } from './time.ts'

const ID = 'kubescape'
const API = 'spdx.softwarecomposition.kubescape.io/v1beta1'
const KINDS = new Set<unknown>(['ApplicationProfile', 'NetworkNeighborhood', 'ContainerProfile'])
const LISTS = new Set<unknown>([...KINDS].map(kind => `${String(kind)}List`))

const isProfile = (record: unknown): boolean => field(record, 'apiVersion') === API && KINDS.has(field(record, 'kind'))

/** Profiles in a list of their own kind, or in the `List` that kubectl makes of several objects. */
const profilesIn = (record: unknown): readonly unknown[] | null => {
  const items = field(record, 'items')
  if (!Array.isArray(items)) return null
  if (field(record, 'apiVersion') === API && LISTS.has(field(record, 'kind'))) return items
  return field(record, 'kind') === 'List' && items.some(isProfile) ? items : null
}

/** Of a profile with several containers, each; else the profile itself is of one. */
const containersOf = (spec: unknown): readonly { readonly name: string; readonly container: unknown }[] => {
  const named = ['containers', 'initContainers', 'ephemeralContainers'].flatMap(key => list(field(spec, key)))
  const own = { name: '', container: spec }
  return [...named.map(container => ({ name: text(field(container, 'name')) ?? '', container })), own]
}

const imageOf = (container: unknown): string | null =>
  /sha256:[0-9a-f]{64}$/.exec((text(field(container, 'imageID')) ?? '').slice(-100))?.[0] ??
  text(field(container, 'imageTag'))

/** What Kubescape says that it missed: it gave up on a profile, or came after the container. */
const lossOf = (annotations: unknown, id: string): readonly EvidenceItem[] => {
  const tooLarge = field(annotations, 'kubescape.io/status') === 'too-large'
  const partial = field(annotations, 'kubescape.io/completion') === 'partial'
  if (!tooLarge && !partial) return []
  const detail = tooLarge ? 'a profile became too large and was given up' : 'a profile began after its container'
  return [{ kind: 'loss', id, source: ID, count: null, detail }]
}

const idOf = (listed: { readonly substrate: string; readonly action: string; readonly values: readonly unknown[] }) =>
  digestText(JSON.stringify([listed.substrate, listed.action, listed.values]))

const decodeProfile = (profile: unknown): readonly EvidenceItem[] => {
  if (!isProfile(profile)) return [reject('wrong-type', 'the object is no profile of Kubescape')]
  const metadata = field(profile, 'metadata')
  const [labels, annotations] = [field(metadata, 'labels'), field(metadata, 'annotations')]
  if (text(field(annotations, 'kubescape.io/status')) === null) {
    return [reject('not-behavior', 'a profile that nobody learned: a person wrote it')]
  }
  const start = microsOfRfc3339(field(metadata, 'creationTimestamp'))
  if (start === null) return [reject('invalid-time', '`metadata.creationTimestamp` is no RFC 3339 time')]
  const workload = workloadOfPod({
    namespace: text(field(labels, 'kubescape.io/workload-namespace')) ?? text(field(metadata, 'namespace')),
    name: null,
    owner: text(field(labels, 'kubescape.io/workload-name')),
    ownerKind: text(field(labels, 'kubescape.io/workload-kind')),
    label: () => null,
  })
  if (workload === null) return [reject('unattributed', 'the labels of the profile name no workload')]
  const object = text(field(metadata, 'uid')) ?? text(field(metadata, 'name')) ?? 'unnamed'
  const observed = (name: string, container: unknown, listed: Listed): EvidenceItem => {
    if ('reason' in listed) return reject(listed.reason, listed.detail)
    return admitObservation({
      id: `${object}/${name}/${idOf(listed.behavior)}`,
      source: ID,
      workload,
      session: null,
      witness: `kubescape/${workload.namespace}/${workload.name}`,
      ...listed.behavior,
      start,
      end: null,
      outcome: 'unknown',
      result: null,
      facts: { ...NO_FACTS, image: imageOf(container) },
    })
  }
  const items = containersOf(at(profile, 'spec')).flatMap(({ name, container }) =>
    listedBy(container).map(listed => observed(name, container, listed)),
  )
  const all = [...items, ...lossOf(annotations, object)]
  return all.length === 0 ? [reject('not-behavior', 'the profile lists nothing')] : all
}

const decode = (record: unknown): readonly EvidenceItem[] => {
  const profiles = profilesIn(record)
  if (profiles === null) return decodeProfile(record)
  return profiles.length === 0 ? [reject('not-behavior', 'the list is empty')] : profiles.flatMap(decodeProfile)
}

export const kubescapeSource: EvidenceSource = {
  id: ID,
  summary: 'What Kubescape learned of a workload: one witness for all of its profiles, which passes no gate alone',
  sees: ['network', 'syscall', 'process'],
  blindTo: [
    'how often, when and in how many sessions something happened: its profiles list, and do not count',
    'whether what was listed succeeded: attempts that were refused are not told apart',
    'what it has put patterns in place of: paths, arguments and names with `⋯` or `*`, blocks of addresses',
    'destinations that it knows as pods with labels',
    'records that were lost on their way: nothing numbers or counts them',
  ],
  recognizes: record => isObject(record) && (isProfile(record) || profilesIn(record) !== null),
  decode,
}
