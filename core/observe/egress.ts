/**
 * Protocol, port, address and names, as sensors write them → egress. What stays on the machine is none. An address has a name
 * only where the sensor resolved exactly one.
 */
import type { Behavior } from './behavior.ts'
import { list, text } from './json.ts'

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
export const addressOf = (value: unknown): string | null => {
  const address = text(value)?.toLowerCase() ?? null
  if (address === null || !/^[0-9a-f.:]{2,45}$/.test(address) || !/[.:]/.test(address)) return null
  return address.replace(/^::ffff:(?=\d{1,3}\.)/, '')
}

/** A host's name: lower case, no final dot. Null where it is none. */
export const hostOf = (value: unknown): string | null => {
  const name = text(value)?.toLowerCase().replace(/\.$/, '')
  return name !== undefined && HOST.test(name) ? name : null
}

/** The one name that the sensor resolved the address from; several are no destination. */
const nameOf = (names: unknown): string | null => {
  const resolved = list(names)
  return resolved.length === 1 ? hostOf(resolved[0]) : null
}

/** `local`: it does not leave the machine. Null: protocol, port or address are not there. */
export const egress = (
  protocol: unknown,
  port: unknown,
  address: unknown,
  names: unknown,
): Behavior | 'local' | null => {
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
