/**
 * Reference reader for NetworkPolicy: what the written manifest, and nothing else, says of one connection. A pod is
 * isolated for egress by any policy that selects it, so what no rule allows is denied.
 */
import { z } from 'zod'
import type { Artifact } from '../model/encoder.ts'
import type { ActionRequest } from '../model/request.ts'
import type { Verdict } from '../model/verdict.ts'
import { blockContains } from '../policy/addresses.ts'
import { readConnection } from './connection.ts'
import { readManifest } from './manifest.ts'
import { readOnce } from './read-once.ts'

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

const readRules = readOnce(({ files: [file] }) =>
  file === undefined ? null : manifest.safeParse(readManifest(file.content)),
)

/** Null: not network egress, or nothing was written. A manifest that cannot be read allows nothing. */
export const decideNetworkPolicy = (artifact: Artifact, request: ActionRequest): Verdict | null => {
  const connection = readConnection(request)
  const read = readRules(artifact)
  if (connection === null || read === null) return null
  if (!read.success || connection.port === null) return 'deny'
  const { port, destinations } = connection
  const allows = (destination: string): boolean =>
    read.data.spec.egress.some(
      ({ to, ports }) =>
        ports.some(entry => entry.protocol === port.protocol && entry.port === port.port) &&
        (to === undefined || to.some(entry => reaches(entry, destination))),
    )
  return destinations.every(allows) ? 'allow' : 'deny'
}
