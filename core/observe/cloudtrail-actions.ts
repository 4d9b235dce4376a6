/**
 * CloudTrail's `eventSource` and `eventName` → the IAM action that the call needed. Mostly `service:EventName`; the
 * exceptions are data. Sources: the Service Authorization Reference; for S3 the user guide's "Required permissions for
 * Amazon S3 API operations"; for API Gateway its action reference (HTTP verbs); a test holds every action on the right
 * against the published list of IAM actions.
 */

/** Event sources (without `.amazonaws.com`) whose IAM prefix is another. */
const PREFIXES: ReadonlyMap<string, string> = new Map([
  ['monitoring', 'cloudwatch'],
  ['email', 'ses'],
  ['tagging', 'tag'],
  ['appstream2', 'appstream'],
  ['cloudhsmv2', 'cloudhsm'],
  ['application-insights', 'applicationinsights'],
  ['runtime.lex', 'lex'],
  ['models.lex', 'lex'],
  ['models-v2-lex', 'lex'],
  ['runtime.sagemaker', 'sagemaker'],
  ['metering-marketplace', 'aws-marketplace'],
  ['metering.marketplace', 'aws-marketplace'],
  ['catalog.marketplace', 'aws-marketplace'],
  ['entitlement.marketplace', 'aws-marketplace'],
  ['cloudcontrolapi', 'cloudformation'],
  ['bedrock-runtime', 'bedrock'],
  ['bedrock-agent', 'bedrock'],
  ['bedrock-agent-runtime', 'bedrock'],
])

/** Event names that are not the action's name, by IAM prefix. */
const ACTIONS: ReadonlyMap<string, ReadonlyMap<string, string>> = new Map([
  [
    's3',
    new Map([
      ['ListBuckets', 'ListAllMyBuckets'],
      ['ListObjects', 'ListBucket'],
      ['ListObjectsV2', 'ListBucket'],
      ['HeadBucket', 'ListBucket'],
      ['ListObjectVersions', 'ListBucketVersions'],
      ['ListMultipartUploads', 'ListBucketMultipartUploads'],
      ['ListParts', 'ListMultipartUploadParts'],
      ['HeadObject', 'GetObject'],
      ['SelectObjectContent', 'GetObject'],
      ['PostObject', 'PutObject'],
      ['CopyObject', 'PutObject'],
      ['CreateMultipartUpload', 'PutObject'],
      ['InitiateMultipartUpload', 'PutObject'],
      ['UploadPart', 'PutObject'],
      ['UploadPartCopy', 'PutObject'],
      ['CompleteMultipartUpload', 'PutObject'],
      ['DeleteObjects', 'DeleteObject'],
      ['GetBucketCors', 'GetBucketCORS'],
      ['PutBucketCors', 'PutBucketCORS'],
      ['DeleteBucketCors', 'PutBucketCORS'],
      ['GetBucketEncryption', 'GetEncryptionConfiguration'],
      ['PutBucketEncryption', 'PutEncryptionConfiguration'],
      ['DeleteBucketEncryption', 'PutEncryptionConfiguration'],
      ['GetBucketLifecycle', 'GetLifecycleConfiguration'],
      ['GetBucketLifecycleConfiguration', 'GetLifecycleConfiguration'],
      ['PutBucketLifecycle', 'PutLifecycleConfiguration'],
      ['PutBucketLifecycleConfiguration', 'PutLifecycleConfiguration'],
      ['DeleteBucketLifecycle', 'PutLifecycleConfiguration'],
      ['GetBucketReplication', 'GetReplicationConfiguration'],
      ['PutBucketReplication', 'PutReplicationConfiguration'],
      ['DeleteBucketReplication', 'PutReplicationConfiguration'],
      ['GetBucketAccelerateConfiguration', 'GetAccelerateConfiguration'],
      ['PutBucketAccelerateConfiguration', 'PutAccelerateConfiguration'],
      ['GetObjectLockConfiguration', 'GetBucketObjectLockConfiguration'],
      ['PutObjectLockConfiguration', 'PutBucketObjectLockConfiguration'],
      ['GetPublicAccessBlock', 'GetBucketPublicAccessBlock'],
      ['PutPublicAccessBlock', 'PutBucketPublicAccessBlock'],
      ['DeletePublicAccessBlock', 'PutBucketPublicAccessBlock'],
      ['DeleteBucketPublicAccessBlock', 'PutBucketPublicAccessBlock'],
      ['DeleteAccountPublicAccessBlock', 'PutAccountPublicAccessBlock'],
      ['GetBucketNotificationConfiguration', 'GetBucketNotification'],
      ['PutBucketNotificationConfiguration', 'PutBucketNotification'],
      ['GetBucketAnalyticsConfiguration', 'GetAnalyticsConfiguration'],
      ['PutBucketAnalyticsConfiguration', 'PutAnalyticsConfiguration'],
      ['GetBucketInventoryConfiguration', 'GetInventoryConfiguration'],
      ['PutBucketInventoryConfiguration', 'PutInventoryConfiguration'],
      ['GetBucketMetricsConfiguration', 'GetMetricsConfiguration'],
      ['PutBucketMetricsConfiguration', 'PutMetricsConfiguration'],
      ['GetBucketIntelligentTieringConfiguration', 'GetIntelligentTieringConfiguration'],
      ['PutBucketIntelligentTieringConfiguration', 'PutIntelligentTieringConfiguration'],
      ['DeleteBucketTagging', 'PutBucketTagging'],
    ]),
  ],
  [
    'lambda',
    new Map([
      ['Invoke', 'InvokeFunction'],
      ['InvokeWithResponseStream', 'InvokeFunction'],
    ]),
  ],
  [
    'bedrock',
    new Map([
      ['Converse', 'InvokeModel'],
      ['ConverseStream', 'InvokeModelWithResponseStream'],
    ]),
  ],
  ['kms', new Map([['ReEncrypt', 'ReEncryptFrom']])],
  [
    'dynamodb',
    new Map([
      ['TransactGetItems', 'GetItem'],
      ['ListTagsForResource', 'ListTagsOfResource'],
    ]),
  ],
  [
    'sqs',
    new Map([
      ['SendMessageBatch', 'SendMessage'],
      ['DeleteMessageBatch', 'DeleteMessage'],
      ['ChangeMessageVisibilityBatch', 'ChangeMessageVisibility'],
    ]),
  ],
  ['sns', new Map([['PublishBatch', 'Publish']])],
])

/** API Gateway's control plane is authorized by the verb. */
const VERBS: readonly (readonly [RegExp, string])[] = [
  [/^(?:Get|Export)/, 'GET'],
  [/^(?:Create|Import|TestInvoke|Generate)/, 'POST'],
  [/^(?:Put|Tag)/, 'PUT'],
  [/^Update/, 'PATCH'],
  [/^(?:Delete|Untag|Flush)/, 'DELETE'],
]

/** Services whose event names carry the API's version: `GetFunction20150331v2`, `GetDistribution2020_05_31`. */
const VERSIONED: ReadonlySet<string> = new Set(['lambda', 'cloudfront', 'route53'])
const VERSION = /(?:\d{8}|_?\d{4}_\d\d_\d\d)(?:v\d{1,2})?$/

/** `service:Action`, or null where the two are no event source and event name. */
export const iamAction = (eventSource: string, eventName: string): string | null => {
  const match = /^([a-z0-9][a-z0-9.-]{0,100}?)\.amazonaws\.com(?:\.cn)?$/.exec(eventSource)
  const host = match?.[1]
  if (host === undefined || !/^[A-Za-z][\w-]{0,100}$/.test(eventName)) return null
  const service = PREFIXES.get(host) ?? host.split('.')[0] ?? host
  const name = VERSIONED.has(service) ? eventName.replace(VERSION, '') : eventName
  if (service === 'apigateway') {
    const verb = VERBS.find(([pattern]) => pattern.test(name))?.[1]
    return `apigateway:${verb ?? name}`
  }
  return `${service}:${ACTIONS.get(service)?.get(name) ?? name}`
}

/** Every action that the tables name, for the test that holds them against the published list. */
export const mappedActions = (): readonly string[] =>
  [...ACTIONS].flatMap(([service, names]) => [...names.values()].map(name => `${service}:${name}`))

/** Every IAM prefix that the tables name. */
export const mappedPrefixes = (): readonly string[] => [...new Set([...PREFIXES.values(), ...ACTIONS.keys()])]
