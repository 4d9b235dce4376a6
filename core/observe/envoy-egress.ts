/**
 * One access log entry → the egress it shows. Istio names an upstream cluster by direction: `outbound|443||api.example.com` is
 * egress, `inbound|8080||` none; what no service entry knows passes through, or ends in a black hole.
 */
import type { Outcome } from '../model/observation.ts'
import type { Behavior } from './behavior.ts'
import { egress, hostOf } from './egress.ts'
import { field, text } from './json.ts'

/** Text of a field; Envoy writes `-` or null where an operator has no value. */
export const written = (entry: unknown, key: string): string | null => {
  const value = text(field(entry, key))
  return value === '-' ? null : value
}

export type Shown = { readonly behavior: Behavior } | { readonly none: string } | { readonly missing: string }

const OUTBOUND = /^outbound(?:_\.\d+_\.[^|]{0,63}_\.|\|)(\d{1,5})?\|?([^|]{0,253})\|?(.{0,253})$/
const BLOCKED = 'BlackHoleCluster'
const PASSING = 'PassthroughCluster'
/** What a sidecar does for itself. */
const OWN = /^(?:inbound[|-]|InboundPassthroughCluster|agent$|prometheus_stats$|xds-grpc$|sds-grpc$|zipkin$)/

/** `203.0.113.7:443`, `[2001:db8::1]:443`, `tcp://…` before them in older versions. */
const socketOf = (value: string | null): { readonly address: string | null; readonly port: string | null } => {
  const match = /^(?:tcp:\/\/)?(?:\[([0-9a-f:.]{2,45})\]|([0-9.]{7,15})):(\d{1,5})$/i.exec(value ?? '')
  return { address: match?.[1] ?? match?.[2] ?? null, port: match?.[3] ?? null }
}

/** `api.example.com:8443` → `api.example.com`; null for an address, which names nothing. */
const nameOf = (authority: string | null): string | null => {
  const host = hostOf(/^([^:/@[\]]{1,253})(?::\d{1,5})?$/.exec(authority ?? '')?.[1])
  return host === null || /^[\d.]+$/.test(host) ? null : host
}

const behaviorOf = (entry: unknown, port: string | null, name: string | null): Shown => {
  const [upstream, local] = [
    socketOf(written(entry, 'upstream_host')),
    socketOf(written(entry, 'downstream_local_address')),
  ]
  const host = name ?? nameOf(written(entry, 'requested_server_name')) ?? nameOf(written(entry, 'authority'))
  const behavior = egress('tcp', port ?? upstream.port ?? local.port, upstream.address ?? local.address, [host])
  // A name is where it goes, whatever address stands beside it: sidecars listen on loopback.
  if (behavior === 'local' && host !== null) return named(port ?? local.port, host)
  if (behavior === 'local') return { none: 'it stays on the machine' }
  return behavior === null ? { missing: 'the destination or its port' } : { behavior }
}

const named = (port: string | null, host: string): Shown => {
  const behavior = egress('tcp', port, undefined, [host])
  return behavior === null || behavior === 'local' ? { missing: 'the port of the destination' } : { behavior }
}

export const shownBy = (entry: unknown): Shown => {
  const cluster = written(entry, 'upstream_cluster') ?? ''
  if (OWN.test(cluster)) return { none: 'it is ingress, or what the proxy does for itself' }
  if (cluster.startsWith('outbound')) {
    const [, port, , host] = OUTBOUND.exec(cluster) ?? []
    return behaviorOf(entry, port ?? null, hostOf(host))
  }
  const isOutward = cluster === BLOCKED || cluster === PASSING || isBlocked(entry)
  if (isOutward || field(entry, 'traffic_direction') === 'OUTBOUND') return behaviorOf(entry, null, null)
  return { missing: 'whether it is egress: its cluster has no direction' }
}

/** Istio's route for what nothing is registered for. */
const isBlocked = (entry: unknown): boolean => written(entry, 'route_name') === 'block_all'

const REFUSED = /^(?:rbac_access_denied|ext_authz_denied|ext_authz_error)/
/** Of the flags of Envoy 1.14 to 1.36: the request did not come through. */
const FAILED = new Set('UH UF UO NR URX NC UT UC LR UR DI FI RL RLSE DT UPE OM DF LH UMSDR RFCF DPE SI IH'.split(' '))

const codeOf = (entry: unknown): number | null => {
  const code = field(entry, 'response_code')
  const number = typeof code === 'string' && /^\d{1,3}$/.test(code) ? Number(code) : code
  return typeof number === 'number' ? number : null
}

/** Refused by the mesh, by an authorization service, or by whoever was asked. */
export const outcomeOf = (entry: unknown): Outcome => {
  const flags = (written(entry, 'response_flags') ?? '').slice(0, 200).split(',')
  const code = codeOf(entry)
  const isRefused =
    flags.includes('UAEX') ||
    isBlocked(entry) ||
    written(entry, 'upstream_cluster') === BLOCKED ||
    REFUSED.test(written(entry, 'response_code_details') ?? '') ||
    REFUSED.test(written(entry, 'connection_termination_details') ?? '')
  if (isRefused || code === 401 || code === 403 || code === 407) return 'denied'
  if (flags.some(flag => FAILED.has(flag))) return 'error'
  // A connection without HTTP has the code 0.
  return code === null ? 'unknown' : code < 400 ? 'ok' : 'error'
}
