/**
 * Which pods a network policy is for. Evidence names the workload, not the labels of its pods, so the selector is an
 * assumption: where the label is missing the policy selects nothing and enforces nothing. It is therefore written as a
 * loss, and the file says how to check it.
 */
import type { Loss } from '../model/encoder.ts'
import type { Workload } from '../model/workload.ts'
import { dnsLabel, labelValue, uniqueLabel } from './k8s-names.ts'

/** The label that Kubernetes recommends for the name of an application. */
const SELECTOR_LABEL = 'app.kubernetes.io/name'

export interface Selection {
  readonly name: string
  readonly namespace: string
  readonly labels: Readonly<Record<string, string>>
  readonly loss: Loss
  /** Lines for the head of the file. */
  readonly check: readonly string[]
}

/** Room for `ambit-` within a DNS label, so that no policy of somebody else's is overwritten. */
const NAME_LENGTH = 63 - 'ambit-'.length

export const selectionOf = (workload: Workload): Selection => {
  const value = labelValue(workload.name)
  const namespace = dnsLabel(workload.namespace)
  const command = `kubectl --namespace ${namespace} get pods --selector ${SELECTOR_LABEL}=${value}`
  return {
    name: `ambit-${uniqueLabel(workload.name, NAME_LENGTH)}`,
    namespace,
    labels: { [SELECTOR_LABEL]: value },
    loss: {
      code: 'selector-assumed',
      permission: null,
      dimension: null,
      widens: true,
      narrows: false,
      detail: `pods are selected by ${SELECTOR_LABEL}=${value}; before applying, \`${command}\` must list the workload's pods and no others`,
    },
    check: [
      'Check before applying: this must list the pods of the workload and no others. Where it lists none, nothing is enforced.',
      `  ${command}`,
    ],
  }
}
