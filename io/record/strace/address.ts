/** A socket address as strace decodes it → where it leads. */
import { quoted } from './text.ts'

export type Address =
  | { readonly kind: 'inet'; readonly host: string; readonly port: number }
  /** A UNIX socket with a name in the file system. */
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'other' }

const MAPPED = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i
/** What travels is IPv4, whatever the socket was made as. */
const host = (address: string): string => (MAPPED.exec(address)?.[1] ?? address).toLowerCase()

/** Reads `{sa_family=AF_INET, sin_port=htons(53), sin_addr=inet_addr("127.0.0.1")}` and its kin. Null: there is no address. */
export const parseAddress = (argument: string | undefined): Address | null => {
  if (argument === undefined || !argument.includes('sa_family=')) return null
  const port = /sin6?_port=htons\((\d+)\)/.exec(argument)?.[1]
  const four = /inet_addr\("([0-9.]+)"\)/.exec(argument)?.[1]
  const six = /inet_pton\(AF_INET6, "([0-9a-fA-F:.]+)"/.exec(argument)?.[1]
  const inet = four ?? six
  if (port !== undefined && inet !== undefined) return { kind: 'inet', host: host(inet), port: Number(port) }
  const path = /sun_path=(".*)/s.exec(argument)?.[1]
  const name = quoted(path)
  return name === null || name === '' ? { kind: 'other' } : { kind: 'file', path: name }
}

/** The far end that `-yy` prints for a connected socket: `TCP:[10.0.0.1:4000->10.0.0.2:443]`. */
export const peerOf = (socket: string | null): Address | null => {
  const peer = /->\[?([0-9a-fA-F:.]+?)\]?:(\d+)\]$/.exec(socket ?? '')
  return peer === null ? null : { kind: 'inet', host: host(peer[1] ?? ''), port: Number(peer[2]) }
}
