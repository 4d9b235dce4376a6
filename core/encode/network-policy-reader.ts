/**
 * Reference reader for NetworkPolicy: what the written manifest, and nothing else, says of one connection. A pod is
 * isolated for egress by any policy that selects it, so what no rule allows is denied.
 */
import { z } from 'zod'
import { blockContains } from '../policy/addresses.ts'
import { egressReader } from './egress-reader.ts'

const selector = z.strictObject({ matchLabels: z.record(z.string(), z.string()) })
const peer = z.union([
  z.strictObject({ ipBlock: z.strictObject({ cidr: z.string() }) }),
  z.strictObject({ namespaceSelector: selector, podSelector: selector }),
])
const rule = z.strictObject({
  to: z.array(peer).min(1).optional(),
  ports: z.array(z.strictObject({ protocol: z.enum(['TCP', 'UDP', 'SCTP']), port: z.number().int() })).min(1),
})
const manifest = z.object({
  apiVersion: z.literal('networking.k8s.io/v1'),
  kind: z.literal('NetworkPolicy'),
  spec: z.strictObject({
    podSelector: selector,
    policyTypes: z.tuple([z.literal('Egress')]),
    egress: z.array(rule),
  }),
})

const CLUSTER_DNS = 'kube-dns.kube-system.svc.cluster.local'

/** Which pods a selector finds is the cluster's to say; the one that we write finds cluster DNS. */
const reaches = (to: z.infer<typeof peer>, destination: string): boolean =>
  'ipBlock' in to
    ? blockContains(to.ipBlock.cidr, destination)
    : to.podSelector.matchLabels['k8s-app'] === 'kube-dns' && destination === CLUSTER_DNS

export const decideNetworkPolicy = egressReader(manifest, ({ spec }, port, destination) =>
  spec.egress.some(
    ({ to, ports }) =>
      ports.some(entry => entry.protocol === port.protocol && entry.port === port.port) &&
      (to === undefined || to.some(entry => reaches(entry, destination))),
  ),
)
