/**
 * A CloudTrail event → the ARNs of what it touched: those the event lists, else built from request parameters by a table
 * of documented ARN forms (Service Authorization Reference). What cannot be resolved has no value: never `*`.
 */
import { at, field, list, text } from './json.ts'

interface ResourceRule {
  /** Path into `requestParameters`; `[]` steps into every element. */
  readonly parameter: readonly string[]
  /** `{p}` partition, `{r}` region, `{a}` account, `{}` the parameter's value. */
  readonly template: string
  /** Event names it holds for; without it, all. */
  readonly only?: RegExp
  /** Takes out what the template does not repeat. */
  readonly strip?: RegExp
}

interface ServiceRules {
  /** `first`: the first rule that resolves is the resource. `all`: the action touches all that resolve. */
  readonly take: 'first' | 'all'
  readonly rules: readonly ResourceRule[]
  /** Actions that IAM authorizes on no single resource. */
  readonly none?: RegExp
}

const rule = (parameter: string, template: string, more: Partial<ResourceRule> = {}): ResourceRule => ({
  parameter: parameter.split('.'),
  template,
  ...more,
})

const iam = (parameter: string, type: string, only?: RegExp): ResourceRule =>
  rule(parameter, `arn:{p}:iam::{a}:${type}/{}`, only === undefined ? {} : { only })

const ec2 = (parameter: string, type: string): ResourceRule => rule(parameter, `arn:{p}:ec2:{r}:{a}:${type}/{}`)

const RULES: ReadonlyMap<string, ServiceRules> = new Map<string, ServiceRules>([
  ['s3', { take: 'first', rules: [rule('bucketName', 'arn:{p}:s3:::{}')] }],
  ['dynamodb', { take: 'first', rules: [rule('tableName', 'arn:{p}:dynamodb:{r}:{a}:table/{}')] }],
  // A name without the random suffix is a partial ARN, which Secrets Manager takes for the secret.
  ['secretsmanager', { take: 'first', rules: [rule('secretId', 'arn:{p}:secretsmanager:{r}:{a}:secret:{}')] }],
  [
    'sqs',
    {
      take: 'first',
      rules: [
        rule('queueUrl', 'arn:{p}:sqs:{r}:{a}:{}', { strip: /^https?:\/\/[^/]*\/(?:[^/]*\/)?/ }),
        rule('queueName', 'arn:{p}:sqs:{r}:{a}:{}'),
      ],
    },
  ],
  [
    'sns',
    {
      take: 'first',
      rules: [
        rule('topicArn', '{}'),
        rule('targetArn', '{}'),
        rule('name', 'arn:{p}:sns:{r}:{a}:{}', { only: /^CreateTopic$/ }),
      ],
    },
  ],
  [
    'lambda',
    {
      take: 'first',
      rules: [rule('functionName', 'arn:{p}:lambda:{r}:{a}:function:{}', { strip: /^\d{12}:function:/ })],
    },
  ],
  ['kms', { take: 'first', rules: [rule('keyId', 'arn:{p}:kms:{r}:{a}:key/{}', { strip: /^alias\/.*$/ })] }],
  [
    'iam',
    {
      take: 'first',
      rules: [
        iam('instanceProfileName', 'instance-profile'),
        iam('roleName', 'role'),
        iam('userName', 'user'),
        iam('groupName', 'group'),
        rule('policyArn', '{}'),
        iam('policyName', 'policy', /^CreatePolicy$/),
      ],
    },
  ],
  ['sts', { take: 'first', rules: [rule('roleArn', '{}')] }],
  [
    'ec2',
    {
      take: 'all',
      none: /^Describe/,
      rules: [
        ec2('instanceId', 'instance'),
        ec2('instancesSet.items.[].instanceId', 'instance'),
        ec2('volumeId', 'volume'),
        rule('snapshotId', 'arn:{p}:ec2:{r}::snapshot/{}'),
        rule('imageId', 'arn:{p}:ec2:{r}::image/{}'),
        rule('instancesSet.items.[].imageId', 'arn:{p}:ec2:{r}::image/{}'),
        ec2('groupId', 'security-group'),
        ec2('subnetId', 'subnet'),
        ec2('vpcId', 'vpc'),
        ec2('routeTableId', 'route-table'),
        ec2('networkInterfaceId', 'network-interface'),
        ec2('internetGatewayId', 'internet-gateway'),
        ec2('keyName', 'key-pair'),
      ],
    },
  ],
  [
    'ssm',
    {
      take: 'all',
      none: /^Describe(?!Association|Document)/,
      rules: [
        rule('name', 'arn:{p}:ssm:{r}:{a}:parameter/{}', { only: /Parameter/, strip: /^\// }),
        rule('names.[]', 'arn:{p}:ssm:{r}:{a}:parameter/{}', { only: /Parameter/, strip: /^\// }),
        rule('path', 'arn:{p}:ssm:{r}:{a}:parameter/{}', { only: /Parameter/, strip: /^\// }),
        rule('documentName', 'arn:{p}:ssm:{r}:{a}:document/{}'),
        rule('instanceIds.[]', 'arn:{p}:ec2:{r}:{a}:instance/{}', { only: /^SendCommand$/ }),
        rule('target', 'arn:{p}:ec2:{r}:{a}:instance/{}', { only: /^StartSession$/ }),
      ],
    },
  ],
  ['logs', { take: 'first', rules: [rule('logGroupName', 'arn:{p}:logs:{r}:{a}:log-group:{}')] }],
  [
    'cloudtrail',
    {
      take: 'first',
      rules: [
        rule('trailName', 'arn:{p}:cloudtrail:{r}:{a}:trail/{}'),
        rule('name', 'arn:{p}:cloudtrail:{r}:{a}:trail/{}'),
      ],
    },
  ],
  [
    'kinesis',
    { take: 'first', rules: [rule('streamARN', '{}'), rule('streamName', 'arn:{p}:kinesis:{r}:{a}:stream/{}')] },
  ],
  ['ecr', { take: 'first', rules: [rule('repositoryName', 'arn:{p}:ecr:{r}:{a}:repository/{}')] }],
  ['states', { take: 'first', rules: [rule('stateMachineArn', '{}'), rule('executionArn', '{}')] }],
  ['events', { take: 'first', rules: [rule('name', 'arn:{p}:events:{r}:{a}:rule/{}', { only: /Rule$/ })] }],
  [
    'bedrock',
    {
      take: 'first',
      rules: [rule('modelId', 'arn:{p}:bedrock:{r}::foundation-model/{}', { only: /^(?:Invoke|Converse)/ })],
    },
  ],
  ['rds', { take: 'first', rules: [rule('dBInstanceIdentifier', 'arn:{p}:rds:{r}:{a}:db:{}')] }],
  ['ecs', { take: 'first', rules: [rule('cluster', 'arn:{p}:ecs:{r}:{a}:cluster/{}')] }],
])

const ARN = /^arn:[a-z-]{3,20}:[a-z0-9-]{1,40}:[^*?\s]{0,2000}$/

interface Place {
  readonly partition: string
  readonly region: string
  readonly account: string
}

const placeOf = (event: unknown): Place => {
  const region = text(field(event, 'awsRegion')) ?? ''
  const partition = /^arn:(aws[a-z-]{0,20}):/.exec(text(at(event, 'userIdentity', 'arn')) ?? '')?.[1]
  const byRegion = region.startsWith('cn-') ? 'aws-cn' : region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws'
  return {
    partition: partition ?? byRegion,
    region,
    account: text(field(event, 'recipientAccountId')) ?? text(at(event, 'userIdentity', 'accountId')) ?? '',
  }
}

/** Resources of one event: more than this and it is a listing. */
const LIMIT = 100

const valuesAt = (value: unknown, path: readonly string[]): readonly string[] => {
  const [step, ...rest] = path
  if (step === undefined) return typeof value === 'string' && value !== '' ? [value] : []
  if (step === '[]')
    return list(value)
      .slice(0, LIMIT)
      .flatMap(element => valuesAt(element, rest))
  return valuesAt(field(value, step), rest)
}

const arnOf = (value: string, { template, strip }: ResourceRule, place: Place): string | null => {
  if (value.startsWith('arn:')) return value
  const name = strip === undefined ? value : value.replace(strip, '')
  if (name === '' || (template.includes('{a}') && place.account === '')) return null
  // A function as replacement: `$&` in a name is a name.
  const values: Readonly<Record<string, string>> = { '{p}': place.partition, '{r}': place.region, '{a}': place.account }
  return template.replace(/\{[pra]?\}/g, slot => values[slot] ?? name)
}

const built = (event: unknown, service: string, eventName: string): readonly string[] => {
  const rules = RULES.get(service)
  if (rules === undefined || rules.none?.test(eventName)) return []
  const parameters = field(event, 'requestParameters')
  const place = placeOf(event)
  const found: string[] = []
  for (const each of rules.rules) {
    if (each.only !== undefined && !each.only.test(eventName)) continue
    const arns = valuesAt(parameters, each.parameter).map(value => arnOf(value, each, place))
    found.push(...arns.filter(arn => arn !== null))
    if (found.length > 0 && rules.take === 'first') break
  }
  return found
}

const listed = (event: unknown): readonly string[] => {
  const resources = list(field(event, 'resources')).slice(0, LIMIT)
  const objects = resources.filter(resource => field(resource, 'type') === 'AWS::S3::Object' && field(resource, 'ARN'))
  // An object's event lists its bucket too, which the action was not on.
  return (objects.length > 0 ? objects : resources)
    .map(resource => text(field(resource, 'ARN')))
    .filter(arn => arn !== null)
}

/** The object, where the call was on one. */
const s3Object = (event: unknown): readonly string[] => {
  const bucket = text(at(event, 'requestParameters', 'bucketName'))
  const key = text(at(event, 'requestParameters', 'key'))
  return bucket === null || key === null ? [] : [`arn:${placeOf(event).partition}:s3:::${bucket}/${key}`]
}

/** Distinct and sorted; empty where the event resolves to none. */
export const resourcesOf = (event: unknown, service: string, eventName: string): readonly string[] => {
  const object = service === 's3' ? s3Object(event) : []
  const named = object.length > 0 ? object : listed(event)
  const arns = named.length > 0 ? named : built(event, service, eventName)
  return [...new Set(arns.filter(arn => ARN.test(arn)))].sort()
}
