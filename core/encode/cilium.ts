/**
 * Derived policy → CiliumNetworkPolicy (cilium.io/v2), egress only. Names work through Cilium's DNS proxy: it sees the
 * answers to the lookups that a DNS rule lets through, and opens the addresses in them. So there is a DNS rule wherever
 * there are names, and it lets through those names and no others: a lookup of any name is a way out by itself.
 */
import type { Artifact, Encoder, Loss } from '../model/encoder.ts'
import type { DerivedPolicy } from '../model/policy.ts'
import { dnsPatterns } from './cilium-dns.ts'
import { decideCilium } from './cilium-reader.ts'
import { provenance, writeManifest } from './manifest.ts'
import { expressNetwork, type NetworkRule, networkRules, notWritten, type Port, type Reach } from './network-rules.ts'
import { selectionOf } from './selector.ts'
import { usualLosses } from './usual-losses.ts'

const ID = 'cilium-network-policy'
const FILE = 'cilium-network-policy.yaml'
const REACH: Reach = { names: true }

const toPorts = ({ protocol, port }: Port) => [{ ports: [{ port: String(port), protocol }] }]

/** Cilium accepts one kind of destination per rule. */
const egress = ({ port, to }: NetworkRule): readonly object[] => {
  if (to.any) return [{ toEntities: ['all'], toPorts: toPorts(port) }]
  const fqdns = [
    ...to.names.map(matchName => ({ matchName })),
    ...to.parents.map(parent => ({ matchPattern: `**.${parent}` })),
  ]
  return [
    ...(fqdns.length > 0 ? [{ toFQDNs: fqdns, toPorts: toPorts(port) }] : []),
    ...(to.blocks.length > 0 ? [{ toCIDRSet: to.blocks.map(cidr => ({ cidr })), toPorts: toPorts(port) }] : []),
  ]
}

const dnsRule = (rules: readonly NetworkRule[]): object => ({
  toEndpoints: [{ matchLabels: { 'k8s:io.kubernetes.pod.namespace': 'kube-system', 'k8s:k8s-app': 'kube-dns' } }],
  toPorts: [
    {
      ports: [
        { port: '53', protocol: 'UDP' },
        { port: '53', protocol: 'TCP' },
      ],
      rules: { dns: dnsPatterns(rules) },
    },
  ],
})

const dnsLoss = (rules: readonly NetworkRule[]): Loss => ({
  code: 'base-added',
  permission: null,
  dimension: null,
  widens: true,
  narrows: false,
  detail: `\`udp/53\` and \`tcp/53\` to kube-dns in kube-system, for lookups of ${
    rules.some(({ to }) => to.names.length + to.parents.length > 0) && !rules.some(({ to }) => to.any)
      ? 'the names of this policy and of cluster.local; a resolver that appends other domains is refused them'
      : 'any name'
  }; where cluster DNS runs elsewhere (OpenShift, NodeLocal DNSCache) add it`,
})

const nameLosses = (rules: readonly NetworkRule[]): readonly Loss[] => [
  ...(rules.some(({ to }) => to.names.length + to.parents.length > 0)
    ? [
        {
          code: 'constraint-widened' as const,
          permission: null,
          dimension: null,
          widens: true,
          narrows: false,
          detail: 'a name stands for the addresses in its DNS answers: other names on the same address are reached too',
        },
      ]
    : []),
  ...rules
    .filter(({ to }) => to.parents.length > 0)
    .map(({ permission }) => ({
      code: 'constraint-narrowed' as const,
      permission,
      dimension: 'network.destination',
      widens: false,
      narrows: true,
      detail: 'before Cilium 1.19 `**.` matches one level of subdomains instead of any',
    })),
]

const encode = (policy: DerivedPolicy): Artifact => {
  const { rules, losses } = networkRules(policy, REACH)
  if (rules.length === 0) {
    const observed = policy.permissions.some(({ substrate }) => substrate === 'network')
    const why = observed ? 'no network permission can be said' : 'no network permissions'
    return {
      encoder: ID,
      files: [],
      losses: [notWritten(`${why}: a policy without rules would cut the pods off`), ...losses],
    }
  }
  const dns = policy.base.dns || rules.some(({ to }) => to.names.length + to.parents.length > 0)
  const selection = selectionOf(policy.workload)
  const manifest = {
    apiVersion: 'cilium.io/v2',
    kind: 'CiliumNetworkPolicy',
    metadata: { name: selection.name, namespace: selection.namespace, annotations: provenance(policy) },
    spec: {
      endpointSelector: { matchLabels: selection.labels },
      egress: [...(dns ? [dnsRule(rules)] : []), ...rules.flatMap(egress)],
    },
  }
  const head = ['Egress that the derived policy allows; everything else is denied.', ...selection.check]
  return {
    encoder: ID,
    files: [{ name: FILE, content: writeManifest(head, manifest) }],
    losses: [
      selection.loss,
      ...(dns ? [dnsLoss(rules)] : []),
      ...nameLosses(rules),
      ...losses,
      ...usualLosses(policy, ['network']),
    ],
  }
}

export const ciliumEncoder: Encoder = {
  id: ID,
  summary: 'CiliumNetworkPolicy: egress by host name (through DNS), address block, protocol and port',
  substrates: ['network'],
  express: (permission, dimension) => expressNetwork(permission, dimension, REACH),
  encode,
  decide: decideCilium,
}
