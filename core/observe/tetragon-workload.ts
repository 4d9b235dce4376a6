/** The pod of a Tetragon event → its workload. `pod_labels` is a map; the older `labels` a list of `k8s:key=value`. */
import type { Workload } from '../model/workload.ts'
import { field, isObject, text } from './json.ts'
import { labelIn, workloadOfPod } from './pod-workload.ts'

export const workloadOf = (pod: unknown): Workload | null => {
  const map = field(pod, 'pod_labels')
  return workloadOfPod({
    namespace: text(field(pod, 'namespace')),
    name: text(field(pod, 'name')),
    owner: text(field(pod, 'workload')),
    ownerKind: text(field(pod, 'workload_kind')),
    label: labelIn(isObject(map) ? map : field(pod, 'labels')),
  })
}
