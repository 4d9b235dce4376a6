/**
 * What the servers say of their tools now × what a policy was derived with → what changed in meaning. Compared as the evidence
 * was: names, parameters, types, annotations; a reworded description is no change.
 */
import { digest } from '../../core/model/digest.ts'
import type { DerivedPolicy } from '../../core/model/policy.ts'
import type { ToolDeclaration } from '../../core/model/tool-declaration.ts'
import { toolDeclarations } from '../../core/observe/tool-catalog.ts'
import { own } from '../../io/mcp/message.ts'

/** One server's tools; null: they could not be read. */
export interface Catalog {
  readonly server: string | null
  readonly tools: ReadonlyMap<string, DeclaredTool>
  /** Digests under which evidence may have this catalog alone. */
  readonly digests: readonly string[]
}

interface DeclaredTool {
  readonly digest: string
  /** What evidence has that does not know the server's name. */
  readonly unnamed: string
  readonly hasOutputSchema: boolean
}

const outputSchemas = (listed: readonly unknown[]): ReadonlySet<unknown> =>
  new Set(listed.flatMap(tool => (own(tool, 'outputSchema') === undefined ? [] : [own(tool, 'name')])))

const sortedDigest = (declarations: readonly ToolDeclaration[]): string =>
  digest([...new Set(declarations.map(tool => digest(tool)))].sort())

export const catalogOf = (listed: readonly unknown[], server: string | null): Catalog => {
  const declared = toolDeclarations(listed, server)
  const unnamed = toolDeclarations(listed, null)
  const structured = outputSchemas(listed)
  const tools = new Map<string, DeclaredTool>()
  for (const tool of declared) {
    const before = tools.get(tool.name)
    const [named, bare] = [digest(tool), digest({ ...tool, server: null })]
    const isTwice = before !== undefined && before.digest !== named
    tools.set(tool.name, {
      // Declared twice and differently it is neither: nobody can say which one an agent reads.
      digest: isTwice ? digest([before.digest, named]) : named,
      unnamed: isTwice ? digest([before.unnamed, bare]) : bare,
      hasOutputSchema: structured.has(tool.name),
    })
  }
  return {
    server,
    tools,
    // The recorder's and the profile's form, and that of a list of definitions in a trace; with and without the server's name.
    digests: [sortedDigest(declared), sortedDigest(unnamed), digest(declared), digest(unnamed)],
  }
}

/** `unbound`: the policy does not say which catalog it rests on, so nothing can be seen to change. */
export type CatalogState =
  | { readonly kind: 'unbound' | 'same' }
  | {
      readonly kind: 'changed'
      readonly detail: string
      /** Names of the tools that changed; null: nobody can say which, so all did. */
      readonly tools: ReadonlySet<string> | null
    }

export interface Catalogs {
  /** `catalogs`: of all servers behind one client; null where one could not be read. */
  compare(policy: DerivedPolicy, catalogs: readonly (Catalog | null)[]): CatalogState
}

const POLICIES = 256

/** All servers together, as one list of declarations: how the profile of a workload has them. */
const together = (catalogs: readonly Catalog[]): string =>
  digest([...new Set(catalogs.flatMap(({ tools }) => [...tools.values()].map(tool => tool.digest)))].sort())

const keyOf = (server: string | null, tool: string): string => JSON.stringify([server, tool])

const toolOf = (key: string): string => {
  const names: unknown = JSON.parse(key)
  return Array.isArray(names) ? String(names[1]) : ''
}

const byTool = (catalogs: readonly Catalog[]): ReadonlyMap<string, string> =>
  new Map(
    catalogs.flatMap(({ server, tools }) =>
      [...tools].map(([name, tool]) => [keyOf(server, name), tool.digest] as const),
    ),
  )

/** Tools whose declaration is none of those that the policy was derived with. */
const unknownTo = ({ validity }: DerivedPolicy, catalogs: readonly Catalog[]): ReadonlySet<string> => {
  const known = new Set(validity.tools)
  return new Set(
    catalogs.flatMap(({ tools }) =>
      [...tools].flatMap(([name, tool]) => (known.has(tool.digest) || known.has(tool.unnamed) ? [] : [name])),
    ),
  )
}

/**
 * A policy keeps the digest of the whole catalog and of each tool in it. Where it has only that of the whole (a trace that named its
 * catalog by digest), what it looked like is known from the time when it still matched, and before that a change touches every tool.
 */
export const createCatalogs = (): Catalogs => {
  const matched = new Map<string, ReadonlyMap<string, string>>()
  const isKnown = (policy: DerivedPolicy, catalogs: readonly Catalog[]): boolean => {
    const bound = policy.validity.catalogs
    return (
      bound.includes(together(catalogs)) ||
      catalogs.every(({ digests, tools }) => tools.size === 0 || digests.some(each => bound.includes(each)))
    )
  }
  const changed = (before: ReadonlyMap<string, string>, catalogs: readonly Catalog[]): ReadonlySet<string> => {
    const now = byTool(catalogs)
    const names = [...now].flatMap(([key, each]) => (before.get(key) === each ? [] : [key]))
    return new Set(names.map(toolOf))
  }
  return {
    compare: (policy, read) => {
      if (policy.validity.catalogs.length === 0) return { kind: 'unbound' }
      const catalogs = read.filter(catalog => catalog !== null)
      if (catalogs.length < read.length)
        return { kind: 'changed', detail: 'the tool catalog of a server cannot be read', tools: null }
      if (isKnown(policy, catalogs)) {
        if (matched.size >= POLICIES) matched.clear()
        matched.set(policy.digest, byTool(catalogs))
        return { kind: 'same' }
      }
      const before = matched.get(policy.digest)
      const listed = policy.validity.tools.length > 0 ? unknownTo(policy, catalogs) : null
      // The same tools in another order, or fewer: nothing that a permission rests on changed.
      if (listed?.size === 0) return { kind: 'same' }
      if (listed === null && before === undefined)
        return {
          kind: 'changed',
          detail: 'the tool catalog is not the one that the policy was derived with',
          tools: null,
        }
      const tools = listed ?? changed(before ?? new Map(), catalogs)
      const detail = `tools changed in meaning, or are gone, since the policy was derived: ${[...tools].sort().join(', ')}`
      return { kind: 'changed', detail, tools }
    },
  }
}
