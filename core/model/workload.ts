/**
 * What a policy is for: a Kubernetes Deployment, StatefulSet, DaemonSet or CronJob, never a pod. Outside a cluster, a
 * service. `namespace` and `name` are verbatim and already checked by {@link workloadProblem}.
 */
export interface Workload {
  readonly namespace: string
  readonly name: string
}

/** `namespace/name`, the form used on the command line and in files. */
export const workloadKey = (workload: Workload): string => `${workload.namespace}/${workload.name}`

/** The workload of such a form: no namespace holds a slash. */
export const workloadOfKey = (key: string): Workload => {
  const slash = key.indexOf('/')
  return { namespace: key.slice(0, slash), name: key.slice(slash + 1) }
}

const NAME = /^[\p{L}\p{N}](?:[\p{L}\p{N}._ -]{0,251}[\p{L}\p{N}])?$/u

/** Why a name cannot be a workload's name (it would be unsafe as a path or a label), or null when it can. */
export const workloadProblem = (workload: Workload): string | null => {
  for (const part of [workload.namespace, workload.name]) {
    if (!NAME.test(part) || part.includes('..')) return part
  }
  return null
}
