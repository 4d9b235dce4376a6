/**
 * One Hubble flow → the egress it shows, or why it shows none. Hubble tells of packets at points on their way: only the packet
 * that begins a connection is an action, and only in the direction in which it left the pod. Names as in `flow.proto` of
 * Cilium 1.19.
 */
import type { Outcome } from '../model/observation.ts'
import type { Behavior } from './behavior.ts'
import { egress, hostOf } from './egress.ts'
import { at, field, isObject, text } from './json.ts'

/** `none`: no action of the pod, and why. */
export type Shown = { readonly behavior: Behavior } | { readonly none: string } | { readonly missing: string }

const TRANSPORTS = ['TCP', 'UDP', 'SCTP'] as const

/** Traces that are written where a packet enters; the point where it leaves tells of it again. */
const ENTERS = /^FROM_/
const POLICY_VERDICT = 5

const OUTCOMES: ReadonlyMap<unknown, Outcome> = new Map<unknown, Outcome>([
  ['FORWARDED', 'ok'],
  ['REDIRECTED', 'ok'],
  // It ran: the policy that would have dropped it was not enforced.
  ['AUDIT', 'ok'],
  ['DROPPED', 'denied'],
  ['ERROR', 'error'],
])

/** Drops that no policy asked for: the packet was broken, or nobody was there. */
const isFault = (reason: string | null): boolean =>
  reason !== null && !/^(?:POLICY_DEN|AUTH_REQUIRED|DENIED_BY_|DROP_REASON_UNKNOWN)/.test(reason)

export const outcomeOf = (flow: unknown): Outcome => {
  const outcome = OUTCOMES.get(field(flow, 'verdict')) ?? 'unknown'
  return outcome === 'denied' && isFault(text(field(flow, 'drop_reason_desc'))) ? 'error' : outcome
}

const isReply = (flow: unknown): boolean | null => {
  const said = field(flow, 'is_reply')
  if (typeof said === 'boolean') return said
  if (field(flow, 'reply') === true) return true
  const reason = text(field(flow, 'trace_reason'))
  if (reason !== null) return reason === 'REPLY' || reason === 'RELATED'
  const isVerdict = at(flow, 'event_type', 'type') === POLICY_VERDICT
  return isVerdict || field(flow, 'verdict') === 'DROPPED' ? false : null
}

/** Whether the packet begins its connection; null where the flow does not say so. */
const begins = (flow: unknown): boolean | null => {
  const flags = at(flow, 'l4', 'TCP', 'flags')
  if (isObject(flags)) return field(flags, 'SYN') === true && field(flags, 'ACK') !== true
  const reason = text(field(flow, 'trace_reason'))
  return reason === null ? null : reason === 'NEW'
}

/** Why the packet is no beginning of an egress; null where it is one. */
const notBeginning = (flow: unknown): Shown | null => {
  if (ENTERS.test(text(field(flow, 'trace_observation_point')) ?? '')) return { none: 'a packet on its way' }
  const [reply, beginning] = [isReply(flow), begins(flow)]
  if (reply === true) return { none: 'a reply' }
  if (beginning === false) return { none: 'a later packet of a connection' }
  return reply === null && beginning === null ? { missing: 'whether it is a reply' } : null
}

const packet = (flow: unknown): Shown => {
  const not = notBeginning(flow)
  if (not !== null) return not
  const l4 = field(flow, 'l4')
  const transport = TRANSPORTS.find(name => isObject(field(l4, name)))
  if (transport === undefined && isObject(l4) && Object.keys(l4).length > 0) return { none: 'no protocol with ports' }
  const behavior = egress(
    transport,
    at(l4, transport ?? '', 'destination_port'),
    at(flow, 'IP', 'destination'),
    field(flow, 'destination_names'),
  )
  if (behavior === 'local') return { none: 'it stays on the machine' }
  return behavior === null ? { missing: 'protocol, port or address' } : { behavior }
}

/** `http://shop.example:8080/cart` → `shop.example`; the proxy writes the authority that the client asked for. */
const hostOfUrl = (url: string | null): string | null =>
  hostOf(/^https?:\/\/([^/?#:@[\]]{1,253})(?::\d{1,5})?(?:[/?#]|$)/i.exec(url ?? '')?.[1])

/** A request that the proxy saw says which host was asked for; the packets of its connection say the address. */
const request = (flow: unknown): Shown => {
  const l7 = field(flow, 'l7')
  if (field(l7, 'type') !== 'REQUEST') return { none: 'an answer' }
  if (!isObject(field(l7, 'http'))) return { none: 'a request in a protocol whose packets tell of the egress' }
  if (isReply(flow) === true) return { none: 'a reply' }
  const host = hostOfUrl(text(at(l7, 'http', 'url')))
  const behavior = egress('TCP', at(flow, 'l4', 'TCP', 'destination_port'), at(flow, 'IP', 'destination'), [host])
  if (behavior === 'local') return { none: 'it stays on the machine' }
  return behavior === null ? { missing: 'the host or the port' } : { behavior }
}

/** A record of Cilium's DNS proxy, of what it was answered. */
export const isNameAnswer = (flow: unknown): boolean =>
  at(flow, 'l7', 'type') === 'RESPONSE' && isObject(at(flow, 'l7', 'dns'))

export const shownBy = (flow: unknown): Shown => {
  const direction = field(flow, 'traffic_direction')
  if (direction === 'INGRESS') return { none: 'ingress' }
  if (direction !== 'EGRESS') return { missing: 'its direction' }
  const type = field(flow, 'Type')
  if (type === 'SOCK') return { none: 'a translation of addresses' }
  return type === 'L7' ? request(flow) : packet(flow)
}
