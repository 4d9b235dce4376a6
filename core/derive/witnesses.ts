/**
 * Who counts once towards M. Sessions with alike requests are copies of one another, so they can be asked to count as one
 * cluster; evidence without a request is a cluster of its own witness.
 */
import type { Distinct } from '../model/decisions.ts'
import type { Profile } from '../model/profile.ts'

/** Witness → cluster. */
export type Clusters = ReadonlyMap<string, string>

/** Share of common words from which two requests are alike. Results barely depend on it between 0.5 and 0.7. */
const ALIKE = 0.6

const likeness = (a: ReadonlySet<number>, b: ReadonlySet<number>): number => {
  const [small, large] = a.size < b.size ? [a, b] : [b, a]
  if (small.size / large.size < ALIKE) return 0
  let common = 0
  for (const word of small) if (large.has(word)) common++
  return common / (a.size + b.size - common)
}

/** Single link over distinct signatures, in the order of witness names: the same profile gives the same clusters. */
export const clustersOf = (profile: Profile): Clusters => {
  const names = [...profile.witnesses.keys()].sort()
  const bySignature = new Map<string, { readonly signature: ReadonlySet<number>; readonly witnesses: string[] }>()
  for (const name of names) {
    const signature = profile.witnesses.get(name)?.signature ?? new Set<number>()
    const key = signature.size === 0 ? `alone:${name}` : [...signature].sort((a, b) => a - b).join(',')
    const known = bySignature.get(key)
    if (known === undefined) bySignature.set(key, { signature, witnesses: [name] })
    else known.witnesses.push(name)
  }
  const groups = [...bySignature.values()]
  const parent = groups.map((_, index) => index)
  const root = (index: number): number => {
    let at = index
    while (parent[at] !== undefined && parent[at] !== at) at = parent[at] ?? at
    return at
  }
  for (let a = 0; a < groups.length; a++) {
    for (let b = a + 1; b < groups.length; b++) {
      const [left, right] = [groups[a]?.signature, groups[b]?.signature]
      if (left === undefined || right === undefined || left.size === 0 || right.size === 0) continue
      if (likeness(left, right) >= ALIKE) parent[root(b)] = root(a)
    }
  }
  return new Map(
    groups.flatMap(({ witnesses }, index) => {
      const cluster = groups[root(index)]?.witnesses[0] ?? ''
      return witnesses.map(witness => [witness, cluster] as const)
    }),
  )
}

export interface Distinctness {
  readonly witnesses: number
  readonly clusters: number
}

export const distinctOf = (witnesses: Iterable<string>, clusters: Clusters): Distinctness => {
  const names = new Set(witnesses)
  return { witnesses: names.size, clusters: new Set([...names].map(name => clusters.get(name) ?? name)).size }
}

/** Whether so many witnesses pass "more than `limit`". `both`: enough sessions, from more than one kind of task. */
export const passes = ({ witnesses, clusters }: Distinctness, limit: number, distinct: Distinct): boolean => {
  if (distinct === 'clusters') return clusters > limit
  return witnesses > limit && (distinct === 'sessions' || clusters > 1)
}
