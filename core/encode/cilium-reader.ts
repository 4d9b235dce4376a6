/**
 * Reference reader for CiliumNetworkPolicy: what the written manifest, and nothing else, says of one connection. Egress
 * rules put their endpoints into default deny, so what no rule allows is denied.
 */
import { z } from 'zod'
import { blockContains, parseAddress } from '../policy/addresses.ts'
import { matchesPattern } from './cilium-pattern.ts'
import { egressReader } from './egress-reader.ts'

const labels = z.strictObject({ matchLabels: z.record(z.string(), z.string()) })
const fqdn = z.union([z.strictObject({ matchName: z.string() }), z.strictObject({ matchPattern: z.string() })])
const rule = z.strictObject({
  toEndpoints: z.array(labels).optional(),
  toEntities: z.tuple([z.literal('all')]).optional(),
  toFQDNs: z.array(fqdn).optional(),
  toCIDRSet: z.array(z.strictObject({ cidr: z.string() })).optional(),
  toPorts: z
    .array(
      z.strictObject({
        ports: z.array(z.strictObject({ port: z.string(), protocol: z.enum(['TCP', 'UDP', 'SCTP']) })),
        rules: z.strictObject({ dns: z.array(fqdn) }).optional(),
      }),
    )
    .min(1),
})
const manifest = z.object({
  apiVersion: z.literal('cilium.io/v2'),
  kind: z.literal('CiliumNetworkPolicy'),
  spec: z.strictObject({ endpointSelector: labels, egress: z.array(rule).min(1) }),
})

const CLUSTER_DNS = 'kube-dns.kube-system.svc.cluster.local'

const names = (selector: z.infer<typeof fqdn>, name: string): boolean =>
  'matchName' in selector
    ? selector.matchName.toLowerCase() === name.toLowerCase()
    : matchesPattern(name, selector.matchPattern)

const reaches = (to: z.infer<typeof rule>, destination: string): boolean =>
  to.toEntities !== undefined ||
  (to.toCIDRSet ?? []).some(({ cidr }) => blockContains(cidr, destination)) ||
  (parseAddress(destination) === null && (to.toFQDNs ?? []).some(selector => names(selector, destination))) ||
  // Which pods a selector finds is the cluster's to say; the one that we write finds cluster DNS.
  ((to.toEndpoints ?? []).some(({ matchLabels }) => matchLabels['k8s:k8s-app'] === 'kube-dns') &&
    destination === CLUSTER_DNS)

export const decideCilium = egressReader(manifest, ({ spec }, port, destination) =>
  spec.egress.some(
    to =>
      to.toPorts.some(({ ports }) =>
        ports.some(entry => entry.protocol === port.protocol && entry.port === String(port.port)),
      ) && reaches(to, destination),
  ),
)
