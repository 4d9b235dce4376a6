/** What a network enforcement point sees of a request: protocol, port and destination. */
import type { ActionRequest } from '../model/request.ts'
import { isLoopbackBlock } from './address-blocks.ts'
import { isLoopbackName } from './host-names.ts'
import { DESTINATION, type Port, parsePort } from './network-rules.ts'

export interface Connection {
  /** Null: not a protocol and port that network policies can name. */
  readonly port: Port | null
  readonly destinations: readonly string[]
}

const leavesThePod = (destination: string): boolean => !isLoopbackBlock(destination) && !isLoopbackName(destination)

/** Null where the request is no connection that a policy sees: another substrate, no destination, loopback alone. */
export const readConnection = ({ substrate, action, values }: ActionRequest): Connection | null => {
  if (substrate !== 'network') return null
  const destinations = values
    .filter(({ dimension }) => dimension === DESTINATION)
    .map(({ value }) => String(value))
    .filter(leavesThePod)
  return destinations.length === 0 ? null : { port: parsePort(action), destinations }
}
