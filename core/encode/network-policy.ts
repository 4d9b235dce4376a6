/**
 * Derived policy → Kubernetes NetworkPolicy (networking.k8s.io/v1), egress only. It knows addresses and ports and no
 * names: permissions by host name are denied there and named as losses, and belong to `cilium-network-policy`. No rule
 * left to write means no file, because a policy without rules cuts its pods off.
 */
import type { Artifact, Encoder, Loss } from '../model/encoder.ts'
import type { DerivedPolicy } from '../model/policy.ts'
import { provenance, writeManifest } from './manifest.ts'
import { decideNetworkPolicy } from './network-policy-reader.ts'
import { expressNetwork, type NetworkRule, networkRules, notWritten, type Reach } from './network-rules.ts'
import { selectionOf } from './selector.ts'
import { usualLosses } from './usual-losses.ts'

const ID = 'network-policy'
const FILE = 'network-policy.yaml'
const REACH: Reach = { names: false }

const DNS_PORTS = [
  { protocol: 'UDP', port: 53 },
  { protocol: 'TCP', port: 53 },
]
/** Cluster DNS by the labels that kubeadm, CoreDNS and the managed clusters keep for it. */
const DNS_RULE = {
  to: [
    {
      namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'kube-system' } },
      podSelector: { matchLabels: { 'k8s-app': 'kube-dns' } },
    },
  ],
  ports: DNS_PORTS,
}
const DNS_LOSS: Loss = {
  code: 'base-added',
  permission: null,
  dimension: null,
  widens: true,
  narrows: false,
  detail:
    '`udp/53` and `tcp/53` to kube-dns in kube-system; any name may be looked up; where cluster DNS runs elsewhere (OpenShift, NodeLocal DNSCache) add it',
}

const egress = ({ port, to }: NetworkRule): object => ({
  ...(to.any ? {} : { to: to.blocks.map(cidr => ({ ipBlock: { cidr } })) }),
  ports: [port],
})

const head = (losses: readonly Loss[], check: readonly string[]): readonly string[] => {
  const denied = new Set(losses.filter(({ narrows }) => narrows).map(({ permission }) => permission)).size
  const warning = `It denies all or a part of ${denied} permission${denied === 1 ? '' : 's'} that cannot be said here: see the loss report first.`
  return [
    'Egress that the derived policy allows; everything else is denied.',
    ...(denied > 0 ? [warning] : []),
    ...check,
  ]
}

const encode = (policy: DerivedPolicy): Artifact => {
  const { rules, losses } = networkRules(policy, REACH)
  if (rules.length === 0) {
    const observed = policy.permissions.some(({ substrate }) => substrate === 'network')
    const why = observed ? 'no network permission can be said by address and port' : 'no network permissions'
    return {
      encoder: ID,
      files: [],
      losses: [notWritten(`${why}: a policy without rules would cut the pods off`), ...losses],
    }
  }
  const selection = selectionOf(policy.workload)
  const manifest = {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name: selection.name, namespace: selection.namespace, annotations: provenance(policy) },
    spec: {
      podSelector: { matchLabels: selection.labels },
      policyTypes: ['Egress'],
      egress: [...(policy.base.dns ? [DNS_RULE] : []), ...rules.map(egress)],
    },
  }
  return {
    encoder: ID,
    files: [{ name: FILE, content: writeManifest(head(losses, selection.check), manifest) }],
    losses: [selection.loss, ...(policy.base.dns ? [DNS_LOSS] : []), ...losses, ...usualLosses(policy, ['network'])],
  }
}

export const networkPolicyEncoder: Encoder = {
  id: ID,
  summary: 'Kubernetes NetworkPolicy: egress by address block, protocol and port; knows no host names',
  substrates: ['network'],
  express: (permission, dimension) => expressNetwork(permission, dimension, REACH),
  encode,
  decide: decideNetworkPolicy,
}
