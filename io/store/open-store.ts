/**
 * A store by its name: `memory`, a folder for the embedded engine, or `clickhouse://user:password@host:8123[,host2:8123]/database`, with
 * `?cluster=NAME` (and `&replicated`) for a cluster of these hosts, and `clickhouses://` over TLS. Engines are loaded when they are used.
 */
import type { Folding } from '../../core/model/folding.ts'
import { done, failed, type Outcome, type Problem } from '../problem.ts'
import type { EvidenceStore } from './evidence-store.ts'
import { createMemoryStore } from './memory-store.ts'
import { StoreError } from './store-error.ts'

export interface StoreWorld {
  readonly folding: Folding
  /** Milliseconds since the epoch. */
  readonly now: () => number
}

/** Names of a database and of a cluster stand in SQL as they are. */
const PLAIN = /^[A-Za-z_][A-Za-z0-9_]{0,63}$/
const SERVER = /^clickhouse(s?):\/\/(?:([^@/?#]*)@)?([^@/?#]+)(?:\/([^/?#]*))?(?:\?([^#]*))?$/

export interface Servers {
  readonly urls: readonly string[]
  readonly username: string
  readonly password: string
  readonly database: string
  readonly cluster: { readonly name: string; readonly replicated: boolean } | null
}

const unknown = (what: string, where: string): Problem => ({
  code: 'store-unknown',
  what,
  where,
  help: 'name `memory`, a folder, or `clickhouse://host:8123/database`',
})

/** Never quotes the password. */
export const serversOf = (name: string): Outcome<Servers> => {
  const parts = SERVER.exec(name)
  if (parts === null) return failed(unknown('the address of the store is none', '--store'))
  const [, tls = '', login = '', hosts = '', database = '', query = ''] = parts
  const options = new URLSearchParams(query)
  const cluster = options.get('cluster')
  const [username = '', ...password] = login.split(':')
  const named = database === '' ? 'ambit' : database
  if (!PLAIN.test(named) || (cluster !== null && !PLAIN.test(cluster)))
    return failed(unknown('a database and a cluster are named by letters, digits and `_`', '--store'))
  const strange = [...options.keys()].find(key => key !== 'cluster' && key !== 'replicated')
  if (strange !== undefined) return failed(unknown(`a store has no option \`${strange.slice(0, 40)}\``, '--store'))
  const urls = hosts.split(',').map(host => `http${tls}://${host}`)
  if (urls.some(url => !URL.canParse(url))) return failed(unknown('a host of the store is none', '--store'))
  if (cluster === null && urls.length > 1)
    return failed(unknown('several hosts are a cluster, and it has a name', '--store'))
  return done({
    urls,
    username: username === '' ? 'default' : decodeURIComponent(username),
    password: decodeURIComponent(password.join(':')),
    database: named,
    cluster: cluster === null ? null : { name: cluster, replicated: options.has('replicated') },
  })
}

/** Errors: `store-unknown`, `store-missing`, `store-failed`. */
export const openStore = async (name: string, { folding, now }: StoreWorld): Promise<Outcome<EvidenceStore>> => {
  if (name === 'memory') return done(createMemoryStore(folding))
  const isServer = /^clickhouses?:/.test(name)
  if (!isServer && /^[a-z][a-z0-9+.-]*:\/\//i.test(name))
    return failed(unknown('no store has an address of this kind', '--store'))
  const { openClickhouse } = await import('./clickhouse/open-clickhouse.ts')
  const servers = isServer ? serversOf(name) : null
  if (servers !== null && !servers.ok) return servers
  try {
    return done(await openClickhouse(servers === null ? name : servers.value, folding, now))
  } catch (error) {
    if (error instanceof StoreError) return failed(error.problem)
    throw error
  }
}
