/**
 * AWS CloudTrail events → `iam` observations: which action, on which resources, how it ended. One event, a document with
 * `Records`, what `lookup-events` returns, or an EventBridge event around one.
 */
import { digest } from '../model/digest.ts'
import type { EvidenceItem } from '../model/evidence.ts'
import { NO_FACTS, type Outcome, type Visibility } from '../model/observation.ts'
import type { EvidenceSource, SourceOptions } from '../model/source.ts'
import { admitObservation, reject } from './admit.ts'
import { iamAction } from './cloudtrail-actions.ts'
import { principalArns, workloadOf } from './cloudtrail-identity.ts'
import { resourcesOf } from './cloudtrail-resources.ts'
import { at, field, isObject, text } from './json.ts'
import { dayOf, microsOfRfc3339 } from './time.ts'

const ID = 'cloudtrail'

const isEvent = (value: unknown): boolean =>
  isObject(value) &&
  typeof value.eventSource === 'string' &&
  // S3's own notifications have the same fields, and `aws:s3` as their source.
  !value.eventSource.startsWith('aws:') &&
  Object.hasOwn(value, 'eventName') &&
  (Object.hasOwn(value, 'userIdentity') || Object.hasOwn(value, 'eventVersion'))

/** The list of events in a document, or null where the record is no such document. */
const documentEvents = (record: unknown): readonly unknown[] | null => {
  const records = field(record, 'Records')
  if (Array.isArray(records)) return records.length === 0 || records.some(isEvent) ? records : null
  const looked = field(record, 'Events')
  return Array.isArray(looked) && looked.some(event => text(field(event, 'CloudTrailEvent')) !== null) ? looked : null
}

/** `lookup-events` carries the event as text, EventBridge as `detail`. */
const unwrapped = (value: unknown): unknown => {
  const inner = text(field(value, 'CloudTrailEvent'))
  if (inner === null) return isEvent(value) ? value : (field(value, 'detail') ?? value)
  try {
    return JSON.parse(inner)
  } catch {
    return null
  }
}

const DENIED =
  /(?:^|\.)(?:AccessDenied|AccessDeniedException|UnauthorizedOperation|UnauthorizedAccess|Unauthorized|UnauthorizedException|NotAuthorized|NotAuthorizedException|AuthorizationError|AuthorizationErrorException|AuthFailure|Forbidden|ForbiddenException|OptInRequired|InvalidClientTokenId|UnrecognizedClientException|ExpiredToken|ExpiredTokenException|SignatureDoesNotMatch|AllAccessDisabled|KMS\.AccessDeniedException)$/

const outcomeOf = (event: unknown): Outcome => {
  const code = field(event, 'errorCode')
  if (code === undefined) return 'ok'
  return typeof code === 'string' && DENIED.test(code.slice(-200)) ? 'denied' : 'error'
}

/** CloudTrail leaves out parameters that are too large, and says so. */
const visibilityOf = (event: unknown): Visibility =>
  at(event, 'requestParameters', 'omitted') === true ? 'absent' : 'seen'

/** Without it, all the calls of one principal on one day are one witness: fewer than there were, never more. */
const witnessOf = (identity: unknown, arns: readonly string[], day: string): string =>
  `${text(field(identity, 'principalId')) ?? text(field(identity, 'accessKeyId')) ?? arns[0] ?? 'unknown'}/${day}`

const idOf = (event: unknown): string => {
  const id = text(field(event, 'eventID', 'eventId'))
  if (id !== null) return id
  try {
    return digest(event)
  } catch {
    return 'unidentified'
  }
}

/**
 * What an AWS service does by itself is nobody's behavior. What it does with a caller's identity (`invokedBy` beside a
 * user or a role: forward access) is authorized by that caller's permissions, so the caller needs it.
 */
const isServiceOwn = (event: unknown): boolean => {
  const type = field(event, 'eventType')
  const identity = text(at(event, 'userIdentity', 'type'))
  if (type !== undefined && type !== 'AwsApiCall') return true
  return identity === 'AWSService' || (identity === null && at(event, 'userIdentity', 'invokedBy') !== undefined)
}

const decodeEvent = (event: unknown, options: SourceOptions): EvidenceItem => {
  if (!isObject(event)) return reject('wrong-type', 'the event is not an object')
  const [source, name] = [field(event, 'eventSource'), field(event, 'eventName')]
  if (source === undefined || name === undefined)
    return reject('missing-field', '`eventSource` or `eventName` is missing')
  if (typeof source !== 'string' || typeof name !== 'string') {
    return reject('wrong-type', '`eventSource` or `eventName` is not a text')
  }
  if (isServiceOwn(event)) return reject('not-behavior', 'an AWS service acted by itself')
  const action = iamAction(source, name)
  if (action === null) return reject('unknown-value', '`eventSource` is no AWS service')
  const start = microsOfRfc3339(field(event, 'eventTime'))
  if (start === null) return reject('invalid-time', '`eventTime` is no RFC 3339 time')
  const identity = field(event, 'userIdentity')
  const workload = workloadOf(identity, options)
  if (workload === null) {
    return reject('unattributed', 'no service account, and no identity in the decisions file for the role or user')
  }
  const arns = principalArns(identity)
  const region = text(field(event, 'awsRegion'))
  const resources = resourcesOf(event, action.slice(0, action.indexOf(':')), name)
  return admitObservation({
    id: idOf(event),
    source: ID,
    workload,
    session: null,
    witness: witnessOf(identity, arns, dayOf(start)),
    substrate: 'iam',
    action,
    values: [
      ...resources.map(value => ({ dimension: 'iam.resource', value })),
      ...(region === null ? [] : [{ dimension: 'iam.region', value: region }]),
    ],
    visibility: visibilityOf(event),
    start,
    end: null,
    outcome: outcomeOf(event),
    result: null,
    facts: { ...NO_FACTS, identity: arns[0] ?? null },
  })
}

const decode = (record: unknown, options: SourceOptions): readonly EvidenceItem[] => {
  const events = documentEvents(record) ?? [record]
  if (events.length === 0) return [reject('not-behavior', 'the document holds no event')]
  return events.map(event => decodeEvent(unwrapped(event), options))
}

export const cloudtrailSource: EvidenceSource = {
  id: ID,
  summary: 'AWS CloudTrail events, attributed by Kubernetes service account or by a mapping of roles and users',
  sees: ['iam'],
  blindTo: [
    'data events (S3 objects, DynamoDB items, Lambda invocations and more) unless the trail was told to record them',
    'which session or task made a call: several tasks of one role are not told apart',
    'resources of calls whose parameters do not name them',
    'actions that IAM checks besides the one that names the call, like reading the source of a copy',
    'records that were lost on their way: nothing numbers or counts them',
  ],
  recognizes: record =>
    isEvent(record) ||
    documentEvents(record) !== null ||
    text(field(record, 'CloudTrailEvent')) !== null ||
    (field(record, 'detail-type') !== undefined && isEvent(field(record, 'detail'))),
  decode,
}
