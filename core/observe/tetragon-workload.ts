/**
 * Tetragon's pod → workload. By what is certain: the owner that Tetragon names, then what owners write into labels. Only
 * then by the shape of a ReplicaSet's pod name, which is a guess and listed as a blind spot. A pod that no controller
 * made is its own workload: its name is written by a person and stays.
 */
import type { Workload } from '../model/workload.ts'
import { field, isObject, list, text } from './json.ts'
import { cronJobOf, deploymentOf, deploymentOfPod, guessedDeploymentOfPod } from './kubernetes-owner.ts'

/** `pod_labels` is a map; the older `labels` a list of `k8s:key=value`. */
const labelOf = (pod: unknown, key: string): string | null => {
  const map = field(pod, 'pod_labels')
  if (isObject(map)) return text(field(map, key))
  for (const label of list(field(pod, 'labels')).slice(0, 200)) {
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

const ofLabels = (pod: unknown, name: string): string | null => {
  const templateHash = labelOf(pod, 'pod-template-hash')
  if (templateHash !== null) return deploymentOfPod(name, templateHash)
  const job = labelOf(pod, 'batch.kubernetes.io/job-name') ?? labelOf(pod, 'job-name')
  if (job !== null) return cronJobOf(job) ?? job
  if (labelOf(pod, 'statefulset.kubernetes.io/pod-name') === name) return name.replace(/-\d{1,6}$/, '')
  // DaemonSets and StatefulSets alone write this label, and the latter the one above.
  return labelOf(pod, 'controller-revision-hash') === null ? null : name.replace(/-[0-9a-z]{5}$/, '')
}

export const workloadOf = (pod: unknown): Workload | null => {
  const namespace = text(field(pod, 'namespace'))
  if (namespace === null) return null
  const owner = text(field(pod, 'workload'))
  if (owner !== null) return { namespace, name: ofOwner(owner, text(field(pod, 'workload_kind'))) }
  const name = text(field(pod, 'name'))
  if (name === null) return null
  return { namespace, name: ofLabels(pod, name) ?? guessedDeploymentOfPod(name) ?? name }
}
