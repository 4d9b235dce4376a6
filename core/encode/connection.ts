/** What a network enforcement point sees of a request: protocol, port and destination. */
import type { ActionRequest } from '../model/request.ts'
import { DESTINATION, type Port, parsePort } from './network-rules.ts'

export interface Connection {
  /** Null: not a protocol and port that network policies can name. */
  readonly port: Port | null
  readonly destinations: readonly string[]
}

/** Null where the request is no connection: another substrate, or no destination, which every packet has. */
export const readConnection = ({ substrate, action, values }: ActionRequest): Connection | null => {
  if (substrate !== 'network') return null
  const destinations = values.filter(({ dimension }) => dimension === DESTINATION).map(({ value }) => String(value))
  return destinations.length === 0 ? null : { port: parsePort(action), destinations }
}
