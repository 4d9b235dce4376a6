/**
 * A derived policy → what of it comes nearest to a surface that it does not cover: by the words of the names and by three letters at
 * a time, so that another spelling or a slip of the pen is still near. Of two that are equally near, the one that grants less.
 */
import type { Access } from '../model/decisions.ts'
import type { Nearest } from '../model/nearest.ts'
import type { DerivedPolicy, Permission } from '../model/policy.ts'
import type { ActionRequest } from '../model/request.ts'
import type { Substrate } from '../model/substrate.ts'
import { describeConstraint } from '../policy/describe-constraint.ts'
import { wordsOf } from '../policy/surface.ts'

/** A name is looked at so far. */
const NAME = 96
/** Permissions looked up in all for one question, rarest likeness first: an answer costs the same under any policy. */
const LOOKED_UP = 4_096
/** Those that share the most are compared in full. */
const COMPARED = 64
/** Less than this is chance. */
const ALIKE = 0.25
const DIMENSIONS = 12

const LEAST_ACCESS: Readonly<Record<Access, number>> = { read: 0, write: 1, destructive: 2 }

/** Words, and every three letters of the name: a name that shares none of them is another name. */
const featuresOf = (action: string): ReadonlySet<string> => {
  const words = wordsOf(action.slice(0, NAME))
  const name = ` ${words.join(' ')} `
  const thirds = Array.from({ length: Math.max(0, name.length - 2) }, (_, at) => name.slice(at, at + 3))
  return new Set([...words.map(word => `word ${word}`), ...thirds])
}

interface Entry {
  readonly permission: Permission
  readonly features: ReadonlySet<string>
}

/** Entries of one substrate by their names, and by what their names have in them. */
interface Index {
  readonly byAction: ReadonlyMap<string, Permission>
  readonly byFeature: ReadonlyMap<string, readonly Entry[]>
}

const indexOf = (permissions: readonly Permission[]): Index => {
  const byFeature = new Map<string, Entry[]>()
  for (const permission of permissions) {
    const entry = { permission, features: featuresOf(permission.action) }
    for (const feature of entry.features) {
      const known = byFeature.get(feature)
      if (known === undefined) byFeature.set(feature, [entry])
      else known.push(entry)
    }
  }
  return { byAction: new Map(permissions.map(permission => [permission.action, permission])), byFeature }
}

/** Entries that share the most features, as far as looked up. */
const closest = ({ byFeature }: Index, features: ReadonlySet<string>): readonly Entry[] => {
  const lists = [...features].flatMap(feature => {
    const entries = byFeature.get(feature)
    return entries === undefined ? [] : [entries]
  })
  const shared = new Map<Entry, number>()
  let left = LOOKED_UP
  for (const entries of lists.sort((a, b) => a.length - b.length)) {
    for (const entry of entries.slice(0, left)) shared.set(entry, (shared.get(entry) ?? 0) + 1)
    left -= entries.length
    if (left <= 0) break
  }
  return [...shared]
    .sort(([, most], [, more]) => more - most)
    .slice(0, COMPARED)
    .map(([entry]) => entry)
}

/** Sørensen–Dice. */
const likenessOf = (a: ReadonlySet<string>, b: ReadonlySet<string>): number => {
  let shared = 0
  for (const feature of a) if (b.has(feature)) shared++
  return (2 * shared) / (a.size + b.size)
}

interface Candidate {
  readonly permission: Permission
  readonly likeness: number
}

const isNearer = (a: Candidate, b: Candidate): boolean => {
  if (a.likeness !== b.likeness) return a.likeness > b.likeness
  const access = LEAST_ACCESS[a.permission.access.value] - LEAST_ACCESS[b.permission.access.value]
  return access === 0 ? a.permission.id < b.permission.id : access < 0
}

const answer = ({ permission, likeness }: Candidate): Nearest => {
  const { id, substrate, action, access, dimensions } = permission
  const shown = dimensions.slice(0, DIMENSIONS)
  return {
    permission: id,
    substrate,
    action,
    access: access.value,
    likeness,
    allowed: shown.map(({ dimension, allow }) => ({ dimension, allowed: describeConstraint(allow) })),
    more: dimensions.length - shown.length,
  }
}

/** Null where nothing on the substrate is near. Indexes the policy once, when it is first asked. */
export const nearest = (
  policy: Pick<DerivedPolicy, 'permissions'>,
): ((surface: Pick<ActionRequest, 'substrate' | 'action'>) => Nearest | null) => {
  const indexes = new Map<Substrate, Index>()
  const indexFor = (substrate: Substrate): Index => {
    const known = indexes.get(substrate)
    if (known !== undefined) return known
    const index = indexOf(policy.permissions.filter(permission => permission.substrate === substrate))
    indexes.set(substrate, index)
    return index
  }
  return ({ substrate, action }) => {
    const index = indexFor(substrate)
    const own = index.byAction.get(action)
    if (own !== undefined) return answer({ permission: own, likeness: 1 })
    const features = featuresOf(action)
    let best: Candidate | null = null
    for (const { permission, features: theirs } of closest(index, features)) {
      // Another spelling of the same words is still another name.
      const candidate = { permission, likeness: Math.min(0.99, likenessOf(features, theirs)) }
      if (candidate.likeness >= ALIKE && (best === null || isNearer(candidate, best))) best = candidate
    }
    return best === null ? null : answer(best)
  }
}
