/**
 * Who counts once towards M. Sessions with alike requests are copies of one another, so they can be asked to count as one
 * cluster; where no request was recorded, those whose traces have an alike shape. Any other witness is a cluster of its own.
 */
import type { Distinct } from '../model/decisions.ts'
import type { Profile } from '../model/profile.ts'
import { shapesOf } from './trace-shape.ts'

/** Witness → cluster. */
export type Clusters = ReadonlyMap<string, string>

/** Share of common words from which two requests are alike, and of common steps two shapes. For requests 0.5 to 0.7 do as well. */
const ALIKE = 0.6

const likeness = (a: ReadonlySet<number>, b: ReadonlySet<number>): number => {
  const [small, large] = a.size < b.size ? [a, b] : [b, a]
  if (small.size / large.size < ALIKE) return 0
  let common = 0
  for (const word of small) if (large.has(word)) common++
  return common / (a.size + b.size - common)
}

interface Group {
  readonly signature: ReadonlySet<number>
  readonly witnesses: string[]
}

const NONE: ReadonlySet<number> = new Set()

/** Witnesses with the very same signature, in the order of their names; one without any is alone. */
const groupsOf = (names: readonly string[], signatureOf: (name: string) => ReadonlySet<number>): readonly Group[] => {
  const bySignature = new Map<string, Group>()
  for (const name of names) {
    const signature = signatureOf(name)
    const key = signature.size === 0 ? `alone:${name}` : [...signature].sort((a, b) => a - b).join(',')
    const known = bySignature.get(key)
    if (known === undefined) bySignature.set(key, { signature, witnesses: [name] })
    else known.witnesses.push(name)
  }
  return [...bySignature.values()]
}

/**
 * The rarest words of a signature, as many as two alike signatures cannot both be without: sets with a likeness of `ALIKE`
 * share at least one of these, so only such pairs need to be compared.
 */
const tellingWords = ({ signature }: Group, frequency: ReadonlyMap<number, number>): readonly number[] => {
  const rarestFirst = [...signature].sort((a, b) => (frequency.get(a) ?? 0) - (frequency.get(b) ?? 0) || a - b)
  return rarestFirst.slice(0, signature.size - Math.ceil(ALIKE * signature.size) + 1)
}

/** Single link over distinct signatures; each cluster is named by its first witness. */
const linked = (groups: readonly Group[]): readonly (readonly [witness: string, cluster: string])[] => {
  const frequency = new Map<number, number>()
  for (const { signature } of groups) for (const word of signature) frequency.set(word, (frequency.get(word) ?? 0) + 1)
  const parent = groups.map((_, index) => index)
  const root = (index: number): number => {
    let at = index
    while (parent[at] !== undefined && parent[at] !== at) at = parent[at] ?? at
    parent[index] = at
    return at
  }
  const having = new Map<number, number[]>()
  for (const [index, group] of groups.entries()) {
    for (const word of tellingWords(group, frequency)) {
      const others = having.get(word) ?? []
      having.set(word, others)
      for (const other of others) {
        const [a, b] = [root(index), root(other)]
        const signature = groups[other]?.signature
        if (a === b || signature === undefined || likeness(group.signature, signature) < ALIKE) continue
        // The earlier group names the cluster.
        parent[Math.max(a, b)] = Math.min(a, b)
      }
      others.push(index)
    }
  }
  return groups.flatMap(({ witnesses }, index) => {
    const cluster = groups[root(index)]?.witnesses[0] ?? ''
    return witnesses.map(witness => [witness, cluster] as const)
  })
}

/**
 * Two partitions of the same witnesses. `asked`: by what users asked for, which no behavior can change; a witness without a request
 * is alone. `alike`: where no request was recorded, also by the shape of traces. A shape follows from the behavior itself, so it
 * must neither agree on a value (sessions that obeyed the same text have the same shape) nor tell how often one is missed.
 */
export interface Kinds {
  readonly asked: Clusters
  readonly alike: Clusters
}

/** The same profile gives the same kinds. */
export const kindsOf = (profile: Profile): Kinds => {
  const names = [...profile.witnesses.keys()].sort()
  const requestOf = (name: string): ReadonlySet<number> => profile.witnesses.get(name)?.signature ?? NONE
  const shapes = shapesOf(profile)
  const asked = linked(groupsOf(names, requestOf))
  const silent = names.filter(name => requestOf(name).size === 0)
  const shaped = linked(groupsOf(silent, name => shapes.get(name) ?? NONE))
  return { asked: new Map(asked), alike: new Map([...asked, ...shaped]) }
}

/** Whether so many witnesses pass "more than `limit`". `both`: enough sessions, from more than one kind of task. */
export const passes = (witnesses: number, clusters: number, limit: number, distinct: Distinct): boolean => {
  if (distinct === 'clusters') return clusters > limit
  return witnesses > limit && (distinct === 'sessions' || clusters > 1)
}
