/** AuthZEN's subject, action and resource → surface and dimensions: those of the same call recorded, and so its verdict. */
import fc from 'fast-check'
import { afterEach, describe, expect, test } from 'vitest'
import type { ActionRequest } from '../../core/model/request.ts'
import type { Substrate } from '../../core/model/substrate.ts'
import { decodeRecord } from '../../core/pipeline.ts'
import { evaluate } from '../../core/policy/evaluate.ts'
import { NO_CONTEXT } from '../../core/policy/step.ts'
import { arbitraryPolicy, arbitraryRequest } from './arbitrary-policy.ts'
import {
  AGENT,
  AGENT_POLICY,
  EVALUATION,
  inSession,
  type Starting,
  startServer,
  type TestServer,
  TOKEN,
  toolCall,
} from './decision-api-server.ts'

let server: TestServer | null = null
const start = async (options: Partial<Starting> = {}): Promise<TestServer> => {
  server = await startServer({ policies: [AGENT_POLICY], ...options })
  return server
}
afterEach(async () => {
  await server?.close()
  server = null
})

describe('mapping', () => {
  test.each([
    ['arguments in the context', toolCall('pay', { amount: 5 }), true, 'permitted'],
    [
      'arguments in the action',
      {
        subject: AGENT,
        action: { name: 'tool/pay', properties: { amount: 5 } },
        resource: { type: 'tool', id: 'pay' },
      },
      true,
      'permitted',
    ],
    ['arguments as JSON text, as telemetry carries them', toolCall('pay', '{"amount": 5}'), true, 'permitted'],
    ['arguments that are not JSON', toolCall('pay', '{"amount": 5'), false, 'arguments-unseen'],
    [
      'no arguments, which is not the same as none',
      { subject: AGENT, action: { name: 'pay' }, resource: { type: 'tool', id: 'pay' } },
      false,
      'arguments-unseen',
    ],
    ['empty arguments', toolCall('pay', {}), false, 'dimension-missing'],
    [
      'a tool of an MCP server',
      { ...toolCall('fetch', { url: 'x' }), resource: { type: 'mcp_server', id: 'web' } },
      true,
      'permitted',
    ],
    [
      'a tool of another server',
      { ...toolCall('fetch', { url: 'x' }), resource: { type: 'tool', id: 'fetch', properties: { server: 'evil' } } },
      false,
      'value-denied',
    ],
    [
      "COAZ-MCP's default for tools/call",
      { ...toolCall('pay', { amount: 5 }), action: { name: 'tools/call' } },
      true,
      'permitted',
    ],
    [
      'another MCP method',
      {
        ...toolCall('pay', { amount: 5 }),
        action: { name: 'resources/read' },
        resource: { type: 'resource', id: 'file:///x' },
      },
      false,
      'surface-unknown',
    ],
    [
      'any other resource is an argument',
      { ...toolCall('pay', { amount: 5 }), resource: { type: 'account', id: '1' } },
      false,
      'dimension-unknown',
    ],
    [
      'an IAM action',
      { subject: AGENT, action: { name: 'iam/s3:GetObject' }, resource: { type: 'arn', id: 'arn:aws:s3:::corpus/a' } },
      true,
      'permitted',
    ],
    [
      'an IAM action elsewhere',
      { subject: AGENT, action: { name: 'iam/s3:GetObject' }, resource: { type: 'arn', id: 'arn:aws:s3:::payroll/a' } },
      false,
      'value-denied',
    ],
    [
      'a connection, its host normalized',
      { subject: AGENT, action: { name: 'network/tcp/443' }, resource: { type: 'host', id: 'API.example.com.' } },
      true,
      'permitted',
    ],
    [
      'a program',
      {
        subject: AGENT,
        action: { name: 'process/exec', properties: { arguments: '-la' } },
        resource: { type: 'file', id: '/usr/bin/ls' },
      },
      true,
      'permitted',
    ],
  ])('%s', async (_, request, decision, code) => {
    const { post } = await start({ enforcer: { holdFor: 10 } })
    const { status, body } = await post(EVALUATION, request)
    expect({ status, decision: body.decision, code: body.context?.code }).toEqual({ status: 200, decision, code })
  })

  test.each([
    ['arguments twice', { ...toolCall('pay', {}), action: { name: 'tool/pay', properties: {} } }],
    ['two tools', { ...toolCall('pay', {}), resource: { type: 'tool', id: 'send' } }],
    [
      'an argument that hides the resource',
      { ...toolCall('pay', { resource: 1 }), resource: { type: 'account', id: '1' } },
    ],
    ['no action', { ...toolCall('pay', {}), action: { name: 'tool/' } }],
    [
      'a resource that no connection has',
      { subject: AGENT, action: { name: 'network/tcp/443' }, resource: { type: 'arn', id: 'x' } },
    ],
    ['a session that is no text', toolCall('pay', {}, { ...AGENT, properties: { session: 7 } })],
    ['a session that is too long', toolCall('pay', {}, inSession('s'.repeat(5_000)))],
  ])('%s is refused', async (_, request) => {
    const { post } = await start()
    expect((await post(EVALUATION, request)).status).toBe(400)
  })

  test('a call asked about has the surface, dimensions and verdict of the same call recorded', async () => {
    const { post } = await start()
    await fc.assert(
      fc.asyncProperty(
        fc.jsonValue({ maxDepth: 3 }),
        fc.constantFrom('pay', 'send', 'other'),
        async (given, action) => {
          const record = {
            format: 'ambit.observation/v1',
            type: 'observation',
            id: 'x',
            time: '2026-01-20T00:00:00Z',
            workload: { namespace: 'research', name: 'research-agent' },
            witness: 'x',
            substrate: 'tool',
            action,
            arguments: given,
          }
          const [item] = decodeRecord(record, { source: 'ambit', identities: new Map() }).items
          if (item?.kind !== 'observation') throw new Error('not decoded')
          const said = evaluate(AGENT_POLICY, item.observation, NO_CONTEXT)
          const { body } = await post(EVALUATION, toolCall(action, given), TOKEN)
          const { verdict, code, permission } = said
          expect(body.context).toMatchObject({ verdict, code, permission })
          expect(body.decision).toBe(verdict === 'allow')
        },
      ),
      { numRuns: 150 },
    )
  })

  const SAYABLE: readonly Substrate[] = ['network', 'syscall', 'process', 'iam']
  const saidOf = (request: ActionRequest, ...names: readonly string[]): string =>
    String(request.values.find(({ dimension }) => names.includes(dimension))?.value ?? '')

  /** The request in AuthZEN's words. */
  const inWords = (request: ActionRequest) => {
    const { substrate, action } = request
    const region = saidOf(request, 'iam.region')
    const words = saidOf(request, 'process.arguments')
    const resources: Partial<Record<Substrate, { type: string; id: string }>> = {
      network: { type: 'host', id: saidOf(request, 'network.destination') },
      syscall: { type: 'kernel', id: 'linux' },
      process: { type: 'file', id: saidOf(request, 'process.executable', 'process.file') },
      iam: { type: 'arn', id: saidOf(request, 'iam.resource') },
    }
    const properties = { ...(region === '' ? {} : { region }), ...(words === '' ? {} : { arguments: words }) }
    return { action: { name: `${substrate}/${action}`, properties }, resource: resources[substrate] }
  }

  /** AuthZEN always names a resource, and each value once. */
  const isSayable = (request: ActionRequest): boolean => {
    const names = request.values.map(({ dimension }) => dimension)
    const resource = inWords(request).resource?.id ?? ''
    return (
      request.visibility === 'seen' &&
      resource !== '' &&
      new Set(names).size === names.length &&
      request.values.every(({ value }) => typeof value === 'string' && value !== '') &&
      (request.substrate !== 'network' || resource === resource.toLowerCase().replace(/\.$/, ''))
    )
  }

  test('the verdict is evaluate’s, on every other substrate, for generated policies and requests', async () => {
    const codes = new Set<string>()
    await fc.assert(
      fc.asyncProperty(
        arbitraryPolicy(SAYABLE).chain(policy =>
          arbitraryRequest(policy, SAYABLE)
            .filter(isSayable)
            .map(request => ({ policy, request })),
        ),
        async ({ policy, request }) => {
          const { namespace, name } = policy.workload
          const { post, close } = await startServer({ policies: [policy] })
          const subject = { type: 'workload', id: `${namespace}/${name}` }
          const { body } = await post(EVALUATION, { subject, ...inWords(request) })
          await close()
          const { verdict, code, permission } = evaluate(policy, request, NO_CONTEXT)
          expect(body.context).toMatchObject({ verdict, code, permission })
          codes.add(code)
        },
      ),
      { numRuns: 60 },
    )
    expect(codes.size).toBeGreaterThan(2)
  })
})
