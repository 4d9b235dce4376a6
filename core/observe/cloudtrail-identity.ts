/**
 * Who made a CloudTrail event → the workload it is of: what a person mapped the role or user to, else the Kubernetes
 * service account that the event itself names (IRSA, EKS Pod Identity). A role's or a user's name is no workload.
 */
import type { SourceOptions } from '../model/source.ts'
import type { Workload } from '../model/workload.ts'
import { at, field, isObject, list, text } from './json.ts'

const SUBJECT = /^system:serviceaccount:([^:\s]{1,253}):([^:\s]{1,253})$/

const ofSubject = (value: unknown): Workload | null => {
  const match = typeof value === 'string' && value.length < 600 ? SUBJECT.exec(value) : null
  const [, namespace, name] = match ?? []
  return namespace === undefined || name === undefined ? null : { namespace, name }
}

/** Tags as a map, or as a list of `key` and `value`. */
const tag = (tags: unknown, key: string): string | null => {
  if (isObject(tags)) return text(field(tags, key))
  const entry = list(tags).find(each => field(each, 'key', 'Key') === key)
  return text(field(entry, 'value', 'Value'))
}

/** EKS Pod Identity puts the pod's owner into session tags. */
const ofTags = (tags: unknown): Workload | null => {
  const namespace = tag(tags, 'kubernetes-namespace')
  const name = tag(tags, 'kubernetes-service-account')
  return namespace === null || name === null ? null : { namespace, name }
}

const serviceAccountOf = (identity: unknown): Workload | null => {
  const session = field(identity, 'sessionContext')
  const federation = at(session, 'webIdFederationData', 'attributes')
  const attributes = isObject(federation) ? Object.values(federation).slice(0, 50) : []
  for (const candidate of [field(identity, 'userName'), ...attributes]) {
    const workload = ofSubject(candidate)
    if (workload !== null) return workload
  }
  for (const holder of [identity, session]) {
    for (const key of ['principalTags', 'sessionTags', 'tags']) {
      const workload = ofTags(field(holder, key))
      if (workload !== null) return workload
    }
  }
  return null
}

/** `arn:aws:sts::1:assumed-role/NAME/SESSION` → `arn:aws:iam::1:role/NAME`. */
export const roleArnOf = (arn: string): string | null => {
  const match = /^arn:([a-z-]{3,20}):sts::(\d{1,20}):assumed-role\/([^/]{1,128})\//.exec(arn)
  return match === null ? null : `arn:${match[1]}:iam::${match[2]}:role/${match[3]}`
}

/** The role or user behind the event, most exact first. */
export const principalArns = (identity: unknown): readonly string[] => {
  const issuer = text(at(identity, 'sessionContext', 'sessionIssuer', 'arn'))
  const arn = text(field(identity, 'arn'))
  return [issuer, arn, arn === null ? null : roleArnOf(arn)].filter(each => each !== null)
}

export const workloadOf = (identity: unknown, options: SourceOptions): Workload | null => {
  for (const arn of principalArns(identity)) {
    const mapped = options.identities.get(arn)
    if (mapped !== undefined) return mapped
  }
  return serviceAccountOf(identity)
}
