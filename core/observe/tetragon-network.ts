/** Addresses and ports in Tetragon events → egress. */
import type { Behavior } from './behavior.ts'
import { egress } from './egress.ts'
import { field, text } from './json.ts'

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
