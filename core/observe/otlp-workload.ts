/**
 * Resource attributes → workload: the owner that Kubernetes names, else the service. A pod's name alone is never one:
 * pods come and go. The SDK's `unknown_service` says that nobody named the service, so it names none.
 */
import type { Workload } from '../model/workload.ts'
import { cronJobOf, deploymentOf } from './kubernetes-owner.ts'
import { attributeText } from './otlp-span.ts'
import type { AttributeMap } from './otlp-value.ts'
import { podKey } from './pod-workload.ts'

const ownerName = (levels: readonly AttributeMap[]): string | null => {
  const named =
    attributeText(levels, 'deployment') ??
    attributeText(levels, 'statefulset') ??
    attributeText(levels, 'daemonset') ??
    attributeText(levels, 'cronjob')
  if (named !== null) return named
  const job = attributeText(levels, 'job')
  if (job !== null) return cronJobOf(job) ?? job
  const replicaset = attributeText(levels, 'replicaset')
  return replicaset === null ? null : (deploymentOf(replicaset) ?? replicaset)
}

export const workloadOf = (levels: readonly AttributeMap[]): Workload | null => {
  const owner = ownerName(levels)
  const serviceNamespace = attributeText(levels, 'serviceNamespace')
  if (owner !== null) {
    return { namespace: attributeText(levels, 'namespace') ?? serviceNamespace ?? 'default', name: owner }
  }
  const service = attributeText(levels, 'serviceName')
  if (service === null || /^unknown_service(?::|$)/.test(service)) return null
  return { namespace: serviceNamespace ?? 'default', name: service }
}

/** The pod of a record, where namespace and name are both there. */
export const podOf = (levels: readonly AttributeMap[]): { readonly pod?: string } =>
  podKey({ namespace: attributeText(levels, 'namespace'), name: attributeText(levels, 'pod') })

/** The pod or process that a record comes from, for a witness where there is no session. */
export const instanceOf = (levels: readonly AttributeMap[]): string =>
  attributeText(levels, 'pod') ?? attributeText(levels, 'serviceInstance') ?? 'one'
