/** `ambit explain --evidence`: spans of an agent and events of a sensor in the same pod say which tool a connection is there for. */
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ambit, fileWith, newFolder } from './cli-session.ts'

const POD = {
  namespace: 'agents',
  name: 'librarian-7d9c8b6f5c-x2x7k',
  workload: 'librarian',
  workload_kind: 'Deployment',
}
const DAY = Date.UTC(2026, 0, 1)
const attribute = (key: string, stringValue: string) => ({ key, value: { stringValue } })

/** One session a day: a call of ten seconds. */
const call = (at: number): object => ({
  resourceSpans: [
    {
      resource: {
        attributes: [
          attribute('k8s.namespace.name', POD.namespace),
          attribute('k8s.deployment.name', POD.workload),
          attribute('k8s.pod.name', POD.name),
        ],
      },
      scopeSpans: [
        {
          spans: [
            {
              traceId: String(at + 1).padStart(32, '0'),
              spanId: String(at + 1).padStart(16, '0'),
              startTimeUnixNano: `${DAY + at * 86_400_000}000000`,
              endTimeUnixNano: `${DAY + at * 86_400_000 + 10_000}000000`,
              attributes: [
                attribute('gen_ai.operation.name', 'execute_tool'),
                attribute('gen_ai.tool.name', 'search_web'),
                attribute('gen_ai.conversation.id', `talk-${at}`),
              ],
            },
          ],
        },
      ],
    },
  ],
})

/** Seconds after the call of that day began. */
const connection = (at: number, second: number): object => ({
  process_connect: {
    process: { exec_id: `e-${at}-${second}`, pod: POD },
    destination_ip: '203.0.113.7',
    destination_port: 443,
    destination_names: ['api.example.com'],
    protocol: 'TCP',
  },
  time: new Date(DAY + at * 86_400_000 + second * 1_000).toISOString(),
})

const lines = (records: readonly object[]): string => records.map(record => `${JSON.stringify(record)}\n`).join('')

test('a connection exists because of the tool that was open, and what no call explains is said', async () => {
  const days = [0, 1, 2, 3, 4, 5, 6]
  const spans = fileWith(lines(days.map(call)))
  const events = fileWith(lines([...days.map(day => connection(day, 5)), connection(0, 500)]))
  const out = newFolder()
  expect((await ambit(['derive', '--evidence', spans, events, '--out', out])).code).toBe(0)
  const policy = join(out, 'agents', 'librarian', 'policy.yaml')
  const asked = await ambit(['explain', '--policy', policy, 'network/tcp/443', '--evidence', spans, events])
  expect(asked.code).toBe(0)
  expect(asked.out).toMatch(/network\/tcp\/443 exists because of\n {2}search_web +7 times +7 sessions\n/)
  expect(asked.out).toContain('of 8 observations, 1 without a single cause, 1 in no session')
  const without = await ambit(['explain', '--policy', policy, 'network/tcp/443'])
  expect(asked.out.startsWith(without.out)).toBe(true)
  const missing = await ambit(['explain', '--policy', policy, 'network/tcp/443', '--evidence', '/nowhere'])
  expect(missing).toMatchObject({ code: 2, out: '', err: expect.stringContaining('evidence-not-found') })
  const both = await ambit(['explain', '--policy', policy, '--evidence', spans, '--observation', '{}'])
  expect(both).toMatchObject({ code: 2, err: expect.stringContaining('exclude each other') })
})

test('a workload that only names of pods tell is said to be a guess', async () => {
  const pod = { namespace: 'agents', name: POD.name }
  const record = {
    ...connection(0, 5),
    process_connect: {
      process: { exec_id: 'e', pod },
      destination_ip: '203.0.113.7',
      destination_port: 443,
      protocol: 'TCP',
    },
  }
  const { err } = await ambit(['derive', '--evidence', fileWith(lines([record])), '--out', newFolder()])
  expect(err).toContain('warning[workload-guessed]')
  expect(err).toContain('`agents/librarian` by `tetragon`')
  const certain = await ambit(['derive', '--evidence', fileWith(lines([connection(0, 5)])), '--out', newFolder()])
  expect(certain.err).not.toContain('workload-guessed')
})
