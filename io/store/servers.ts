/** The address of servers → who they are. */
import { done, failed, type Outcome, type Problem } from '../problem.ts'

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

/** Whether a store's name is a folder's: it is neither `memory` nor an address. */
export const isFolder = (name: string): boolean => name !== 'memory' && !/^[a-z][a-z0-9+.-]*:\/\//i.test(name)

export const unknownStore = (what: string): Problem => ({
  code: 'store-unknown',
  what,
  where: '--store',
  help: 'name `memory`, a folder, or `clickhouse://host:8123/database`',
})

/** Never quotes the password. */
export const serversOf = (name: string): Outcome<Servers> => {
  const parts = SERVER.exec(name)
  if (parts === null) return failed(unknownStore('the address of the store is none'))
  const [, tls = '', login = '', hosts = '', database = '', query = ''] = parts
  const options = new URLSearchParams(query)
  const cluster = options.get('cluster')
  const [username = '', ...password] = login.split(':')
  const named = database === '' ? 'ambit' : database
  if (!PLAIN.test(named) || (cluster !== null && !PLAIN.test(cluster)))
    return failed(unknownStore('a database and a cluster are named by letters, digits and `_`'))
  const strange = [...options.keys()].find(key => key !== 'cluster' && key !== 'replicated')
  if (strange !== undefined) return failed(unknownStore(`a store has no option \`${strange.slice(0, 40)}\``))
  const urls = hosts.split(',').map(host => `http${tls}://${host}`)
  if (urls.some(url => !URL.canParse(url))) return failed(unknownStore('a host of the store is none'))
  if (cluster === null && urls.length > 1) return failed(unknownStore('several hosts are a cluster, and it has a name'))
  return done({
    urls,
    username: username === '' ? 'default' : decodeURIComponent(username),
    password: decodeURIComponent(password.join(':')),
    database: named,
    cluster: cluster === null ? null : { name: cluster, replicated: options.has('replicated') },
  })
}
