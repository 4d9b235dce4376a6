/**
 * Whether an HTTP request may come in at all: its `Host` is one of ours (else a name that an attacker rebinds to this machine would
 * do), and where a browser sends an `Origin`, it is one that was named.
 */
import type { IncomingMessage } from 'node:http'

export interface HostRules {
  /** Without a port, lower case. */
  readonly hosts: readonly string[]
  /** Verbatim; empty: no browser page may. */
  readonly origins: readonly string[]
}

const LOOPBACK: readonly string[] = ['localhost', '127.0.0.1', '[::1]']

const nameOf = (host: string): string => host.toLowerCase().replace(/:\d{1,5}$/, '')

export const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || /^127(?:\.\d{1,3}){3}$/.test(host)

/** The names under which a listener on this address is known without being told. */
export const hostsFor = (address: string, named: readonly string[]): readonly string[] => {
  const own = address.includes(':') ? `[${address}]` : address
  return [...named.map(nameOf), ...(isLoopback(address) ? [...LOOPBACK, own] : [own])]
}

/** Of what this listener itself serves, which is no page: a name that is rebound to it is refused by its `Host`. */
const isOwn = (origin: string, host: string): boolean =>
  [`http://${host}`, `https://${host}`].includes(origin.toLowerCase())

/** Null: it may; else why not. */
export const refusedHost = ({ headers }: IncomingMessage, { hosts, origins }: HostRules): string | null => {
  const { host, origin } = headers
  if (host === undefined || !hosts.includes(nameOf(host))) return 'the host is not one of this gateway’s'
  if (origin !== undefined && !origins.includes(origin) && !isOwn(origin, host.toLowerCase()))
    return 'pages of this origin may not'
  return null
}
