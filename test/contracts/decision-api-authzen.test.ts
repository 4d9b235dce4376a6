/** The decision API × what the OpenID Foundation publishes for AuthZEN 1.0: its certification scenario, and its todo scenario. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Constraint } from '../../core/model/constraint.ts'
import type { DerivedPolicy } from '../../core/model/policy.ts'
import { startServer, type TestServer, TOKEN } from './decision-api-server.ts'
import { type PermissionSketch, policyOf } from './policy-of.ts'

const read = (name: string) =>
  JSON.parse(readFileSync(join(import.meta.dirname, '..', 'cases', 'decision-api', `${name}.json`), 'utf8'))

const one = (...values: readonly (string | boolean)[]): Constraint => ({ kind: 'set', values })
const RESOURCE = 'tool.args.resource'

/** A subject is a workload; dimensions that no permission lists may be anything, and none must be there. */
const subjectPolicy = (id: string, permissions: readonly PermissionSketch[]): DerivedPolicy => {
  const policy = policyOf(permissions, { workload: { namespace: 'user', name: id } })
  return {
    ...policy,
    permissions: policy.permissions.map(permission => ({
      ...permission,
      others: { allow: { kind: 'any' }, review: null },
      dimensions: permission.dimensions.map(dimension => ({ ...dimension, absent: 'allow' })),
    })),
  }
}

const tool = (action: string, allow: Readonly<Record<string, Constraint>>): PermissionSketch => ({
  substrate: 'tool',
  action,
  allow,
})

describe('certification scenario', () => {
  const RECORD = { [`${RESOURCE}.type`]: one('record'), [`${RESOURCE}.id`]: one('record-1') }
  const ALICE = subjectPolicy('alice', [
    tool('read', RECORD),
    tool('write', { ...RECORD, [`${RESOURCE}.properties.status`]: one('active') }),
    tool('delete', { ...RECORD, 'tool.args.soft': one(true) }),
  ])
  const BOB = subjectPolicy('bob', [tool('read', RECORD)])
  let server: TestServer
  beforeAll(async () => {
    server = await startServer({ policies: [ALICE, BOB] })
  })
  afterAll(() => server.close())

  const { cases } = read('certification')
  test.each(
    cases as readonly {
      id: string
      path: string
      request: unknown
      status: number
      decision?: boolean
      decisions?: boolean[]
    }[],
  )('$id', async ({ path, request, status, decision, decisions }) => {
    const answer = await server.post(path, request)
    expect(answer.status).toBe(status)
    expect(answer.headers.get('content-type')).toBe('application/json')
    if (status !== 200) expect(answer.body).toEqual(expect.any(String))
    else if (decisions === undefined) expect(answer.body).toMatchObject({ decision })
    else {
      expect(answer.body).not.toHaveProperty('decision')
      expect(answer.body.evaluations.map((entry: { decision: unknown }) => entry.decision)).toEqual(decisions)
    }
  })

  const BODY = cases[0].request

  test('2.4.3–2.4.5 content type, malformed and empty bodies', async () => {
    const answers = await Promise.all([
      server.post('/access/v1/evaluation', BODY, TOKEN, { 'content-type': 'text/plain' }),
      server.post('/access/v1/evaluation', '{"subject": {'),
      server.post('/access/v1/evaluation', ''),
    ])
    expect(answers.map(({ status }) => status)).toEqual([400, 400, 400])
  })

  test('2.5 a request id comes back, also with an error; none is needed', async () => {
    const headers = { 'x-request-id': 'bfe9eb29-ab87-4ca3-be83-a1d5d8305716' }
    for (const body of [BODY, {}])
      expect((await server.post('/access/v1/evaluation', body, TOKEN, headers)).headers.get('x-request-id')).toBe(
        headers['x-request-id'],
      )
    expect((await server.post('/access/v1/evaluation', BODY)).headers.has('x-request-id')).toBe(false)
  })

  test('2.6 the same question has the same answer', async () => {
    const answers = await Promise.all(Array.from({ length: 10 }, () => server.post('/access/v1/evaluation', BODY)))
    expect(new Set(answers.map(({ body }) => body.decision))).toEqual(new Set([true]))
  })

  test('6 metadata names the endpoints below the URL that it was asked at, without a token', async () => {
    const { status, body } = await server.get('/.well-known/authzen-configuration', null)
    expect(status).toBe(200)
    expect(body).toEqual({
      policy_decision_point: server.url,
      access_evaluation_endpoint: `${server.url}/access/v1/evaluation`,
      access_evaluations_endpoint: `${server.url}/access/v1/evaluations`,
    })
  })
})

describe('todo scenario', () => {
  const { users, evaluation } = read('todo')
  const TODO = { [`${RESOURCE}.type`]: one('todo') }
  const policyOfUser = ({ id, mail, role }: { id: string; mail: string; role: string }): DerivedPolicy => {
    const owner = role === 'admin' ? { kind: 'any' as const } : one(mail)
    const changes = ['can_update_todo', 'can_delete_todo'].map(action =>
      tool(action, { ...TODO, [`${RESOURCE}.properties.ownerID`]: owner }),
    )
    return subjectPolicy(id, [
      tool('can_read_user', { [`${RESOURCE}.type`]: one('user') }),
      tool('can_read_todos', TODO),
      ...(role === 'viewer' ? [] : [tool('can_create_todo', TODO), ...changes]),
    ])
  }
  let server: TestServer
  beforeAll(async () => {
    server = await startServer({ policies: users.map(policyOfUser) })
  })
  afterAll(() => server.close())

  test('every published request has its published decision, alone and in one batch', async () => {
    const expected = evaluation.map((entry: { expected: boolean }) => entry.expected)
    const requests = evaluation.map((entry: { request: unknown }) => entry.request)
    const alone = []
    for (const request of requests) alone.push((await server.post('/access/v1/evaluation', request)).body.decision)
    expect(alone).toEqual(expected)
    const { body } = await server.post('/access/v1/evaluations', { evaluations: requests })
    expect(body.evaluations.map((entry: { decision: boolean }) => entry.decision)).toEqual(expected)
    expect(new Set(expected)).toEqual(new Set([true, false]))
  })

  test('a subject that nobody knows is denied, and that is no error', async () => {
    const request = { ...evaluation[0].request, subject: { type: 'user', id: 'eve@example.com' } }
    const { status, body } = await server.post('/access/v1/evaluation', request)
    expect(status).toBe(200)
    expect(body).toMatchObject({ decision: false, context: { code: 'no-policy', effect: 'refuse' } })
  })
})
