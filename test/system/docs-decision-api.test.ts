/** docs/decision-api.md, as a reader would type it: every command is run, and answers what stands below it. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readPolicyFile } from '../../apps/guard/index.ts'
import { WORKLOAD as AGENT, evidence } from '../../examples/mail-agent/evidence.ts'
import { NOW, startServer, type TestServer } from '../contracts/decision-api-server.ts'
import { ambit, newFolder } from './cli-session.ts'

const WORKLOAD = `${AGENT.namespace}/${AGENT.name}`
const TEXT = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'decision-api.md'), 'utf8')

interface Step {
  readonly path: string
  readonly token: string
  readonly body: string | null
  readonly answer: unknown
}

const STEPS: readonly Step[] = [
  ...TEXT.matchAll(/^```sh\ncurl (\S+) (\S+)([\s\S]*?)^```\n```json\n([\s\S]*?)^```$/gm),
].map(([, path = '', token = '', rest = '', answer = '']) => ({
  path: path.replace('$API', ''),
  token: token.replace('$AS_', '').toLowerCase(),
  body: /-d '([\s\S]*)'/.exec(rest)?.[1] ?? null,
  answer: JSON.parse(answer),
}))

/** `…` stands for a text that differs each time. */
const matching = (value: unknown): unknown => {
  if (value === '…') return expect.any(String)
  if (Array.isArray(value)) return value.map(matching)
  if (typeof value !== 'object' || value === null) return value
  return expect.objectContaining(
    Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, matching(entry)])),
  )
}

let server: TestServer
beforeAll(async () => {
  const folder = newFolder()
  writeFileSync(join(folder, 'evidence.jsonl'), evidence(NOW))
  const { code } = await ambit([
    'derive',
    '--evidence',
    join(folder, 'evidence.jsonl'),
    '--out',
    join(folder, 'policies'),
  ])
  expect(code).toBe(0)
  const policy = await readPolicyFile(join(folder, 'policies'))
  const tokens = {
    gateway: { decide: [WORKLOAD] },
    platform: { decide: [WORKLOAD], assertContext: [WORKLOAD] },
    ada: { approve: ['example/*'] },
  }
  server = await startServer({ policies: [policy], tokens })
})
afterAll(() => server.close())

test('every command of the page answers what stands below it', async () => {
  expect(STEPS).toHaveLength(7)
  let call = ''
  for (const { path, token, body, answer } of STEPS) {
    const place = path.replace('$CALL', call)
    const said = body === null ? await server.get(place, token) : await server.post(place, body, token)
    expect(said.body).toEqual(matching(answer))
    call = said.body.context?.review?.call ?? call
  }
})

test('the page says every path', () => {
  const routes = readFileSync(join(import.meta.dirname, '..', '..', 'apps', 'server', 'routes.ts'), 'utf8')
  for (const [, path = ''] of routes.matchAll(/path: '([^']+)'/g)) expect(TEXT).toContain(path)
})
