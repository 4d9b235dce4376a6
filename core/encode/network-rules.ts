/**
 * Network permissions → allow rules that a network policy can state, and what is lost on the way. An allow-list: a
 * permission, or a part of its destinations, that the target cannot say exactly is denied there and named as a loss,
 * because every way to keep it would let more through than was observed.
 */
import type { Constraint } from '../model/constraint.ts'
import type { Fidelity, Loss } from '../model/encoder.ts'
import type { DerivedPolicy, Permission, PermissionDimension } from '../model/policy.ts'
import { describeConstraint } from '../policy/describe-constraint.ts'
import { isInternalBlock } from './address-blocks.ts'
import { type Destinations, destinationsOf, needsContext } from './destinations.ts'

export const DESTINATION = 'network.destination'

export interface Port {
  readonly protocol: 'TCP' | 'UDP' | 'SCTP'
  readonly port: number
}

export interface NetworkRule {
  readonly permission: string
  readonly port: Port
  readonly to: Destinations
}

export interface NetworkRules {
  /** In the order of the policy's permissions. */
  readonly rules: readonly NetworkRule[]
  readonly losses: readonly Loss[]
}

const PROTOCOLS: Readonly<Record<string, Port['protocol']>> = { tcp: 'TCP', udp: 'UDP', sctp: 'SCTP' }

/** `tcp/443` → protocol and port; null for anything else, as for ICMP or port 0. */
export const parsePort = (action: string): Port | null => {
  const [, name, digits] = /^(tcp|udp|sctp)\/([1-9]\d{0,4})$/.exec(action) ?? []
  const protocol = PROTOCOLS[name ?? '']
  const port = Number(digits)
  return protocol === undefined || port > 65_535 ? null : { protocol, port }
}

/** What the target can name besides address blocks. */
export interface Reach {
  readonly names: boolean
}

/** The part of some destinations that the target can name, and the constraints that say the rest. */
const within = (
  to: Destinations,
  { names }: Reach,
): { readonly kept: Destinations; readonly lost: readonly Constraint[] } => {
  if (names || (to.names.length === 0 && to.parents.length === 0)) return { kept: to, lost: to.lost }
  const domain: Constraint = { kind: 'domain', names: to.names, parents: to.parents }
  return { kept: { ...to, names: [], parents: [] }, lost: [...to.lost, domain] }
}

const isEmpty = (to: Destinations): boolean =>
  !to.any && to.blocks.length === 0 && to.names.length === 0 && to.parents.length === 0

const dropped = (permission: Permission, detail: string): Loss => ({
  code: 'permission-dropped',
  permission: permission.id,
  dimension: null,
  widens: false,
  narrows: true,
  detail,
})

const onDestination = (permission: Permission, code: Loss['code'], narrows: boolean, detail: string): Loss => ({
  code,
  permission: permission.id,
  dimension: DESTINATION,
  widens: false,
  narrows,
  detail,
})

const partLosses = (permission: Permission, lost: readonly Constraint[]): readonly Loss[] =>
  lost.map(part =>
    onDestination(
      permission,
      needsContext(part) ? 'context-missing' : 'constraint-narrowed',
      true,
      `denied there: ${describeConstraint(part)}`,
    ),
  )

/** A rule by address does not match what the cluster itself translates or identifies in another way. */
const internalLoss = (permission: Permission, { blocks }: Destinations): readonly Loss[] => {
  const internal = blocks.filter(isInternalBlock)
  if (internal.length === 0) return []
  const shown = internal.slice(0, 3).join(', ')
  return [
    onDestination(
      permission,
      'constraint-narrowed',
      true,
      `${shown}${internal.length > 3 ? `, … (${internal.length})` : ''}: where this is a pod, a service or a node of the same cluster, rules by address may not match it, and its address changes`,
    ),
  ]
}

const isWiderReview = ({ review }: PermissionDimension): boolean => review !== null && review.kind !== 'none'

const ruleOf = (permission: Permission): NetworkRule | readonly Loss[] => {
  const port = parsePort(permission.action)
  if (port === null) return [dropped(permission, 'not a protocol and port that the target can name')]
  const foreign = permission.dimensions.some(({ dimension }) => dimension !== DESTINATION)
  if (foreign) return [dropped(permission, 'depends on a dimension that no packet shows')]
  const dimension = permission.dimensions.find(entry => entry.dimension === DESTINATION)
  return { permission: permission.id, port, to: destinationsOf(dimension?.allow ?? permission.others.allow) }
}

const encodePermission = (permission: Permission, reach: Reach): NetworkRules => {
  const rule = ruleOf(permission)
  if (!('port' in rule)) return { rules: [], losses: rule }
  const { kept, lost } = within(rule.to, reach)
  const narrowed = partLosses(permission, lost)
  if (isEmpty(kept)) {
    const none = dropped(permission, 'none of its destinations can be named there')
    return { rules: [], losses: lost.length === 0 ? [] : [none, ...narrowed] }
  }
  const review = permission.dimensions.some(isWiderReview)
    ? [
        onDestination(
          permission,
          'review-as-deny',
          false,
          'destinations that a person would decide about are denied there',
        ),
      ]
    : []
  return { rules: [{ ...rule, to: kept }], losses: [...narrowed, ...internalLoss(permission, kept), ...review] }
}

const withheldLoss = (policy: DerivedPolicy): readonly Loss[] => {
  const count = policy.withheld.filter(({ substrate }) => substrate === 'network').length
  if (count === 0) return []
  const detail = `${count} withheld network behavior${count === 1 ? ' is' : 's are'} denied there instead of reviewed`
  return [{ code: 'review-as-deny', permission: null, dimension: null, widens: false, narrows: false, detail }]
}

const loopbackLoss = (policy: DerivedPolicy): readonly Loss[] => {
  const seen = policy.permissions
    .filter(({ substrate }) => substrate === 'network')
    .some(({ dimensions }) => dimensions.some(({ allow }) => destinationsOf(allow).loopback))
  const detail = 'connections to loopback never leave the pod: no network policy sees them, and none are refused'
  return seen
    ? [{ code: 'constraint-widened', permission: null, dimension: null, widens: true, narrows: false, detail }]
    : []
}

export const networkRules = (policy: DerivedPolicy, reach: Reach): NetworkRules => {
  const parts = policy.permissions
    .filter(({ substrate }) => substrate === 'network')
    .map(permission => encodePermission(permission, reach))
  return {
    rules: parts.flatMap(({ rules }) => rules),
    losses: [...parts.flatMap(({ losses }) => losses), ...loopbackLoss(policy), ...withheldLoss(policy)],
  }
}

/** How well a target with this reach says one dimension of a network permission. */
export const expressNetwork = (
  permission: Permission,
  { dimension, allow }: PermissionDimension,
  reach: Reach,
): Fidelity => {
  if (permission.substrate !== 'network' || dimension !== DESTINATION) return 'inexpressible'
  if (parsePort(permission.action) === null) return 'inexpressible'
  const { kept, lost } = within(destinationsOf(allow), reach)
  if (lost.length > 0) return isEmpty(kept) ? 'inexpressible' : 'approximate'
  const byName = kept.names.length + kept.parents.length > 0
  return byName || kept.loopback || kept.blocks.some(isInternalBlock) ? 'approximate' : 'exact'
}

/** Why no network policy is written: applying one without a rule would isolate the pods. */
export const notWritten = (detail: string): Loss => ({
  code: 'not-written',
  permission: null,
  dimension: null,
  widens: false,
  narrows: false,
  detail,
})
