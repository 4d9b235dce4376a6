/** The pod of a Tetragon event. `pod_labels` is a map; the older `labels` a list of `k8s:key=value`. */
import { field, isObject, text } from './json.ts'
import { labelIn, type Pod } from './pod-workload.ts'

export const podOf = (pod: unknown): Pod => {
  const map = field(pod, 'pod_labels')
  return {
    namespace: text(field(pod, 'namespace')),
    name: text(field(pod, 'name')),
    owner: text(field(pod, 'workload')),
    ownerKind: text(field(pod, 'workload_kind')),
    label: labelIn(isObject(map) ? map : field(pod, 'labels')),
  }
}
