/**
 * Which lookups Cilium's DNS proxy lets through: the names of the policy, and what a pod's resolver makes of them first.
 * With Kubernetes' `ndots:5` it tries `name.<namespace>.svc.cluster.local` and its parents before the name itself, and
 * some resolvers give up when those are refused rather than answered. Such names never leave the cluster's own DNS.
 */
import type { NetworkRule } from './network-rules.ts'

export type DnsPattern = { readonly matchName: string } | { readonly matchPattern: string }

/** Kubernetes' search list for a pod, by how many labels the namespace adds. */
const SEARCH = [
  { labels: 1, domain: 'svc.cluster.local' },
  { labels: 0, domain: 'svc.cluster.local' },
  { labels: 0, domain: 'cluster.local' },
]
/** A resolver appends the search list to names with fewer dots than this. */
const NDOTS = 5

const ANY: readonly DnsPattern[] = [{ matchPattern: '*' }]

export const dnsPatterns = (rules: readonly NetworkRule[]): readonly DnsPattern[] => {
  const names = [...new Set(rules.flatMap(({ to }) => to.names))].sort()
  const parents = [...new Set(rules.flatMap(({ to }) => to.parents))].sort()
  // Anywhere, or addresses whose names the evidence does not show: no list of names would be the right one.
  if (rules.some(({ to }) => to.any) || names.length + parents.length === 0) return ANY
  const depths = new Set([
    ...names.map(name => name.split('.').length),
    // One level below the parent; deeper ones are let through by the parent's own pattern when the resolver gets to it.
    ...parents.map(parent => parent.split('.').length + 1),
  ])
  const searched = [...depths]
    .filter(labels => labels <= NDOTS)
    .flatMap(depth => SEARCH.map(({ labels, domain }) => `${'*.'.repeat(depth + labels)}${domain}`))
  return [
    ...names.map(matchName => ({ matchName })),
    ...parents.map(parent => ({ matchPattern: `**.${parent}` })),
    ...[...new Set(searched)].sort().map(matchPattern => ({ matchPattern })),
  ]
}
