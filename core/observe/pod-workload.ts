/**
 * A pod, as a sensor describes it → workload. By what is certain: the owner that the sensor names, then what owners write into
 * labels. Only then by the shape of a ReplicaSet's pod name, which is a guess and listed as a blind spot of each source. A pod
 * that no controller made is its own workload: its name is written by a person and stays.
 */
import type { Observation } from '../model/observation.ts'
import type { Workload } from '../model/workload.ts'
import { isObject, list, text } from './json.ts'
import { cronJobOf, deploymentOf, deploymentOfPod, guessedDeploymentOfPod } from './kubernetes-owner.ts'

export interface Pod {
  readonly namespace: string | null
  readonly name: string | null
  readonly owner: string | null
  readonly ownerKind: string | null
  readonly label: (key: string) => string | null
}

/** What tells a pod from all others: for joins of what happened in it. */
export const podKey = ({ namespace, name }: Pick<Pod, 'namespace' | 'name'>): { readonly pod?: string } =>
  namespace === null || name === null ? {} : { pod: `${namespace}/${name}` }

/** Labels as a list of `key=value`, each with or without the prefix that Cilium writes. */
export const labelIn =
  (labels: unknown) =>
  (key: string): string | null => {
    if (isObject(labels)) return Object.hasOwn(labels, key) ? text(labels[key]) : null
    for (const label of list(labels).slice(0, 200)) {
      if (typeof label !== 'string') continue
      const [name, value] = label.replace(/^k8s:/, '').split('=', 2)
      if (name === key && value !== undefined && value !== '') return value
    }
    return null
  }

const ofOwner = (name: string, kind: string | null): string => {
  if (kind === 'ReplicaSet') return deploymentOf(name) ?? name
  return kind === 'Job' ? (cronJobOf(name) ?? name) : name
}

const ofLabels = ({ label }: Pod, name: string): string | null => {
  const templateHash = label('pod-template-hash')
  if (templateHash !== null) return deploymentOfPod(name, templateHash)
  const job = label('batch.kubernetes.io/job-name') ?? label('job-name')
  if (job !== null) return cronJobOf(job) ?? job
  if (label('statefulset.kubernetes.io/pod-name') === name) return name.replace(/-\d{1,6}$/, '')
  // DaemonSets and StatefulSets alone write this label, and the latter the one above.
  return label('controller-revision-hash') === null ? null : name.replace(/-[0-9a-z]{5}$/, '')
}

export const workloadOfPod = (pod: Pod): Workload | null => {
  const { namespace, name, owner, ownerKind } = pod
  if (namespace === null) return null
  if (owner !== null) return { namespace, name: ofOwner(owner, ownerKind) }
  if (name === null) return null
  return { namespace, name: ofLabels(pod, name) ?? guessedDeploymentOfPod(name) ?? name }
}

/** A name like a ReplicaSet's, and nothing that says whose it is. A person may name a pod so. */
const isGuess = (pod: Pod): boolean =>
  pod.owner === null &&
  pod.name !== null &&
  ofLabels(pod, pod.name) === null &&
  guessedDeploymentOfPod(pod.name) !== null

/** The pod of an observation, and whether its workload is a guess. */
export const inPod = (pod: Pod): Pick<Observation, 'pod' | 'guessed'> => ({
  ...podKey(pod),
  ...(isGuess(pod) ? { guessed: true } : {}),
})
