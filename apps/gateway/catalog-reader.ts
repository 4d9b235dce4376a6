/** Asks a server for its whole tool catalog, page by page, whenever it may have changed. */
import { CATALOG_TOOLS } from '../../core/observe/tool-catalog.ts'
import { isJson, own } from '../../io/mcp/message.ts'
import { type ParamHeader, paramHeadersOf } from '../../io/mcp/param-headers.ts'
import { type Catalog, catalogOf } from './catalog.ts'
import type { Upstream } from './upstream.ts'

const PAGES = 200

export interface CatalogReader {
  /** Null: it cannot be read. Empty for a server that has no tools. */
  current(): Catalog | null
  /** What the tool's schema wants repeated in headers, as far as it was read. */
  paramHeaders(tool: string): readonly ParamHeader[]
  /** Resolves when what was read last is current. */
  ready(): Promise<void>
  refresh(): void
}

export const createCatalogReader = (upstream: Upstream, changed: () => void): CatalogReader => {
  let catalog: Catalog | null = null
  let wanted: ReadonlyMap<unknown, readonly ParamHeader[]> = new Map()
  let reading: Promise<void> = Promise.resolve()
  let generation = 0

  const page = (cursor: unknown): Promise<unknown> =>
    new Promise(resolve => {
      const params = cursor === undefined ? {} : { params: { cursor } }
      upstream.request({ jsonrpc: '2.0', method: 'tools/list', ...params }, resolve)
    })
  const readAll = async (): Promise<Catalog | null> => {
    const listed: unknown[] = []
    let cursor: unknown
    for (let count = 0; count < PAGES; count++) {
      const result = own(await page(cursor), 'result')
      const tools = own(result, 'tools')
      if (!Array.isArray(tools)) return null
      listed.push(...tools)
      // What is not read could be anything.
      if (listed.length > CATALOG_TOOLS) return null
      cursor = own(result, 'nextCursor')
      if (typeof cursor !== 'string') {
        wanted = new Map(listed.map(tool => [own(tool, 'name'), paramHeadersOf(own(tool, 'inputSchema')) ?? []]))
        return catalogOf(listed, upstream.serverName())
      }
    }
    return null
  }
  const read = async (mine: number): Promise<void> => {
    const hasTools = isJson(own(own(upstream.hello(), 'capabilities'), 'tools'))
    const found = hasTools ? await readAll() : catalogOf([], upstream.serverName())
    if (mine !== generation) return
    catalog = found
    changed()
  }
  return {
    current: () => catalog,
    paramHeaders: tool => wanted.get(tool) ?? [],
    ready: () => reading,
    refresh: () => {
      generation += 1
      const mine = generation
      // Until it is read again it is unknown, not what it was.
      catalog = null
      reading = read(mine).catch(() => undefined)
    },
  }
}
