/** Addresses and ports in Tetragon events → egress. What stays on the machine is none. */
import { field, list, text } from './json.ts'
import type { Behavior } from './tetragon-process.ts'

const LOCAL = /^(?:127\.|0\.0\.0\.0$|::1?$)/
const HOST = /^[a-z0-9_](?:[a-z0-9_.-]{0,251}[a-z0-9])?$/

const protocolOf = (value: unknown): 'tcp' | 'udp' | 'sctp' | null => {
  const name = /^(?:IPPROTO_)?(TCP|UDP|SCTP)$/i.exec(text(value) ?? '')?.[1]?.toLowerCase()
  return name === 'tcp' || name === 'udp' || name === 'sctp' ? name : null
}

const portOf = (value: unknown): number | null => {
  const port = typeof value === 'string' && /^\d{1,5}$/.test(value) ? Number(value) : value
  return typeof port === 'number' && Number.isInteger(port) && port > 0 && port < 65_536 ? port : null
}

/** `::ffff:1.2.3.4` is 1.2.3.4 on a socket of both families. */
const addressOf = (value: unknown): string | null => {
  const address = text(value)?.toLowerCase() ?? null
  if (address === null || !/^[0-9a-f.:]{2,45}$/.test(address)) return null
  return address.replace(/^::ffff:(?=\d{1,3}\.)/, '')
}

/** The one name that the sensor resolved the address from; several are no destination. */
const nameOf = (names: unknown): string | null => {
  const resolved = list(names)
  const name = resolved.length === 1 ? text(resolved[0])?.toLowerCase().replace(/\.$/, '') : undefined
  return name !== undefined && HOST.test(name) ? name : null
}

/** `local`: it does not leave the machine. Null: protocol, port or address are not there. */
const egress = (protocol: unknown, port: unknown, address: unknown, names: unknown): Behavior | 'local' | null => {
  const [transport, number, destination] = [protocolOf(protocol), portOf(port), addressOf(address)]
  if (destination !== null && LOCAL.test(destination)) return 'local'
  const value = nameOf(names) ?? destination
  if (transport === null || number === null || value === null) return null
  return {
    substrate: 'network',
    action: `${transport}/${number}`,
    values: [{ dimension: 'network.destination', value }],
    visibility: 'seen',
  }
}

/** A `process_connect` event. */
export const connection = (event: unknown): Behavior | 'local' | null =>
  egress(
    field(event, 'protocol'),
    field(event, 'destination_port'),
    field(event, 'destination_ip'),
    field(event, 'destination_names'),
  )

/** The arguments of a probe on a connecting function: a socket, and for some functions the address to connect to. */
export const probedConnection = (args: readonly unknown[]): Behavior | 'local' | null => {
  const socket = args.map(arg => field(arg, 'sock_arg')).find(arg => arg !== undefined)
  const target = args.map(arg => field(arg, 'sockaddr_arg')).find(arg => arg !== undefined)
  const family = text(field(target ?? socket, 'family'))
  if (family === 'AF_UNIX' || family === 'AF_NETLINK') return 'local'
  return egress(
    field(socket, 'protocol'),
    field(target, 'port') ?? field(socket, 'dport'),
    field(target, 'addr') ?? field(socket, 'daddr'),
    undefined,
  )
}
