/**
 * Grants → the hosts that their calls go to, compared with the network permissions of the same policy. An allowed call
 * that no network policy lets out is the missing half of a permission: it is named, and listed for a machine to read.
 */
import type { Constraint } from '../model/constraint.ts'
import type { Loss } from '../model/encoder.ts'
import type { DerivedPolicy } from '../model/policy.ts'
import type { IamGrant } from './iam-grants.ts'

export const EGRESS_FORMAT = 'ambit.iam-egress/v1'

export interface NeededHost {
  /** A host name; one label may be `*`: a bucket, or a region that the policy does not know. */
  readonly host: string
  readonly port: 443
  readonly protocol: 'TCP'
  /** IAM services whose calls go there; `sts` also hands out the credentials of a workload. */
  readonly services: readonly string[]
  /** Either of them is enough. */
  readonly alternatives: readonly string[]
  readonly status: 'present' | 'missing'
}

/** Endpoint names that are not the IAM service's own; `{region}` is left out for services that have one endpoint. */
const ENDPOINTS: Readonly<Record<string, string>> = {
  iam: 'iam',
  organizations: 'organizations.us-east-1',
  route53: 'route53',
  cloudfront: 'cloudfront',
  ce: 'ce.us-east-1',
  ses: 'email.{region}',
  cloudwatch: 'monitoring.{region}',
  ecr: 'api.ecr.{region}',
  'ecr-public': 'api.ecr-public.us-east-1',
  events: 'events.{region}',
  aps: 'aps-workspaces.{region}',
  'execute-api': '*.execute-api.{region}',
  bedrock: 'bedrock-runtime.{region}',
}

const suffixOf = (region: string): string => (region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com')

/** Regions that the grant is limited to; `*` where it is not, or not to whole names. */
const regionsOf = ({ region }: IamGrant): readonly string[] =>
  region === null || region.patterns.some(pattern => /[*?]/.test(pattern)) ? ['*'] : region.patterns

const endpointOf = (service: string, region: string): string => {
  const template = Object.hasOwn(ENDPOINTS, service) ? ENDPOINTS[service] : undefined
  return `${(template ?? `${service}.{region}`).replace('{region}', region)}.${suffixOf(region)}`
}

const collect = (constraint: Constraint): readonly Constraint[] =>
  constraint.kind === 'anyOf' ? constraint.of.flatMap(collect) : [constraint]

/** Whether a pattern with `*` for whole labels has the name. */
const hasName = (pattern: string, name: string): boolean => {
  const labels = name.toLowerCase().split('.')
  const wanted = pattern.split('.')
  return labels.length === wanted.length && wanted.every((label, index) => label === '*' || label === labels[index])
}

/** Whether a network permission on 443 lets the host, or for a pattern any host of it, out. */
const reaches = (constraint: Constraint, pattern: string): boolean =>
  collect(constraint).some(one => {
    if (one.kind === 'any') return true
    if (one.kind === 'set') return one.values.some(value => typeof value === 'string' && hasName(pattern, value))
    if (one.kind !== 'domain') return false
    const sample = pattern.replaceAll('*', 'x')
    return (
      one.names.some(name => hasName(pattern, name)) ||
      one.parents.some(parent => sample.endsWith(`.${parent.toLowerCase()}`))
    )
  })

const isOpen = (policy: DerivedPolicy, pattern: string): boolean =>
  policy.permissions.some(
    ({ substrate, action, dimensions }) =>
      substrate === 'network' &&
      action === 'tcp/443' &&
      dimensions.some(({ dimension, allow }) => dimension === 'network.destination' && reaches(allow, pattern)),
  )

/** Sorted by host. */
export const neededHosts = (policy: DerivedPolicy, grants: readonly IamGrant[]): readonly NeededHost[] => {
  const needed = new Map<string, { services: Set<string>; alternatives: readonly string[] }>()
  const need = (service: string, region: string): void => {
    const host = endpointOf(service, region)
    const entry = needed.get(host) ?? {
      services: new Set(),
      alternatives: service === 's3' ? [host, `*.${host}`] : [host],
    }
    entry.services.add(service)
    needed.set(host, entry)
  }
  for (const grant of grants) {
    for (const region of regionsOf(grant)) {
      need(grant.action.service, region)
      // Credentials of a service account come from the token service before any call.
      need('sts', region)
    }
  }
  return [...needed]
    .map(
      ([host, { services, alternatives }]): NeededHost => ({
        host,
        port: 443,
        protocol: 'TCP',
        services: [...services].sort(),
        alternatives,
        status: alternatives.some(pattern => isOpen(policy, pattern)) ? 'present' : 'missing',
      }),
    )
    .sort((a, b) => (a.host < b.host ? -1 : 1))
}

export const egressLosses = (hosts: readonly NeededHost[]): readonly Loss[] =>
  hosts
    .filter(({ status }) => status === 'missing')
    .map(({ alternatives, port, services }) => ({
      code: 'egress-missing',
      permission: null,
      dimension: null,
      widens: false,
      narrows: false,
      detail: `${alternatives.join(' or ')}, port ${port}, for ${services.join(', ')}: no network permission of this policy reaches it`,
    }))
