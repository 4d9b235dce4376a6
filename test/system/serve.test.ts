/** `ambit serve` as a process: real OpenTelemetry exporters, a real MCP client of a real server, signals, TLS; into a policy. */
import { execFileSync } from 'node:child_process'
import { appendFileSync, mkdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs'
import { request } from 'node:https'
import { join } from 'node:path'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js'
import { type Context, context, SpanKind, trace } from '@opentelemetry/api'
import { OTLPTraceExporter as JsonExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { OTLPTraceExporter as ProtobufExporter } from '@opentelemetry/exporter-trace-otlp-proto'
import { resourceFromAttributes } from '@opentelemetry/resources'
import {
  BasicTracerProvider,
  BatchSpanProcessor,
  InMemorySpanExporter,
  SimpleSpanProcessor,
  type SpanExporter,
} from '@opentelemetry/sdk-trace-base'
import { afterEach, expect, test } from 'vitest'
import type { SourceLedger } from '../../core/model/ledger.ts'
import { readPolicy } from '../../io/policy-file/read-policy.ts'
import { ambit, newFolder } from './cli-session.ts'
import { serverPath } from './recording.ts'
import { endServers, makeTokens, startServer } from './server-process.ts'

afterEach(endServers)

const serve = (...words: readonly string[]) => startServer('serve', words)

const WORKLOAD = 'research/librarian'
const RESOURCE = resourceFromAttributes({ 'service.namespace': 'research', 'service.name': 'librarian' })

/** An agent that is instrumented as the conventions say: a run with what the user asked, and below it each call of a tool. */
const agentOf = (client: Client, provider: BasicTracerProvider) => {
  const tracer = provider.getTracer('librarian')
  const call = async (name: string, given: Record<string, string>, within: Context): Promise<void> => {
    const attributes = {
      'gen_ai.operation.name': 'execute_tool',
      'gen_ai.tool.name': name,
      'gen_ai.tool.call.arguments': JSON.stringify(given),
    }
    const span = tracer.startSpan(`execute_tool ${name}`, { kind: SpanKind.INTERNAL, attributes }, within)
    const result = await client.callTool({ name, arguments: given })
    span.setAttribute('gen_ai.tool.call.result', JSON.stringify(result.content))
    span.end()
  }
  return async (session: string, asked: string, calls: readonly (readonly [string, Record<string, string>])[]) => {
    const messages = [{ role: 'user', parts: [{ type: 'text', content: asked }] }]
    const span = tracer.startSpan('invoke_agent librarian', {
      attributes: {
        'gen_ai.operation.name': 'invoke_agent',
        'gen_ai.conversation.id': session,
        'gen_ai.input.messages': JSON.stringify(messages),
      },
    })
    for (const [name, given] of calls) await call(name, given, trace.setSpan(context.active(), span))
    span.end()
  }
}

const read = async (url: string, token: string) =>
  (await fetch(url, { headers: { authorization: `Bearer ${token}` } })).text()

test('a real agent, exported by real SDKs in both formats, becomes a policy with the tools that it used', async () => {
  const folder = newFolder()
  const [exporting = '', operator = ''] = await makeTokens(
    folder,
    ['collector', '--record', WORKLOAD, '--assert-context', WORKLOAD],
    ['operator', '--admin'],
  )
  const { url, child, said, ended } = await serve('--tokens', join(folder, 'tokens.yaml'), '--port', '0')
  const files = join(realpathSync(folder), 'papers')
  mkdirSync(files)
  for (let at = 0; at < 8; at++) writeFileSync(join(files, `paper-${at}.md`), `paper ${at}`)
  const client = new Client({ name: 'librarian', version: '1' })
  await client.connect(
    new StdioClientTransport({
      command: process.execPath,
      args: [serverPath('server-filesystem'), files],
      stderr: 'ignore',
    }),
  )
  const to = { url: `${url}/v1/traces`, headers: { authorization: `Bearer ${exporting}` } }
  process.env.OTEL_EXPORTER_OTLP_COMPRESSION = 'gzip'
  const exporters: readonly SpanExporter[] = [new ProtobufExporter(to), new JsonExporter(to)]
  delete process.env.OTEL_EXPORTER_OTLP_COMPRESSION
  const kept = new InMemorySpanExporter()
  for (const [half, exporter] of exporters.entries()) {
    const spanProcessors = [new BatchSpanProcessor(exporter), new SimpleSpanProcessor(kept)]
    const provider = new BasicTracerProvider({ resource: RESOURCE, spanProcessors })
    const work = agentOf(client, provider)
    for (let at = half * 4; at < half * 4 + 4; at++) {
      const [from, into] = [join(files, `paper-${at}.md`), join(files, `summary-${at}.md`)]
      await work(`s${at}`, `summarize ${from} into ${into}`, [
        ['read_text_file', { path: from }],
        ['write_file', { path: into, content: `a summary of paper ${at}` }],
      ])
    }
    await provider.forceFlush()
  }
  await client.close()
  const ledgerNow = async (): Promise<readonly SourceLedger[]> => JSON.parse(await read(`${url}/v1/ledger`, operator))
  expect(await ledgerNow()).toEqual([
    { source: 'otlp', received: 24, accepted: 24, duplicate: 0, rejected: {}, lost: 0 },
  ])
  expect(JSON.parse(await read(`${url}/v1/workloads`, operator))).toEqual([WORKLOAD])
  const policyNow = () => read(`${url}/v1/policy?workload=${WORKLOAD}`, operator)
  const text = await policyNow()
  const policy = readPolicy(text, 'policy.yaml')
  const permissions = policy.ok ? policy.value.permissions.map(({ id }) => id) : []
  expect(permissions).toEqual(['tool/read_text_file', 'tool/write_file'])

  // Exported again, by another exporter, in another batch: it is there already.
  const again = new ProtobufExporter(to)
  const code = await new Promise<number>(resolve => again.export(kept.getFinishedSpans(), ({ code }) => resolve(code)))
  expect(code).toBe(0)
  expect(await ledgerNow()).toMatchObject([{ received: 48, accepted: 24, duplicate: 24 }])
  const permissionsOf = (yaml: string) => yaml.slice(yaml.indexOf('permissions:'), yaml.indexOf('coverage:'))
  expect(permissionsOf(await policyNow())).toBe(permissionsOf(text))

  child.kill('SIGTERM')
  expect(await ended).toBe(0)
  const events = said()
    .trim()
    .split('\n')
    .map(line => JSON.parse(line).event)
  expect(events).toEqual(['store-forgets', 'listening', 'evidence-forgotten', 'receiver-stopped'])
  expect(said()).not.toContain(exporting)
})

test('files are taken in beside what is sent, go on where they were, and what is old is let go of', async () => {
  const folder = newFolder()
  const [operator = ''] = await makeTokens(folder, ['operator', '--admin'])
  const file = join(folder, 'sensor.jsonl')
  const words = ['--tokens', join(folder, 'tokens.yaml'), '--port', '0', '--keep', '30d', '--follow', file]
  const record = (id: number): string =>
    `${JSON.stringify({ format: 'ambit.observation/v1', type: 'loss', id: `loss-${id}`, count: 1, detail: '' })}\n`
  const run = async (lines: string, accepted: number): Promise<string> => {
    const { url, child, said, ended } = await serve(...words, '--store', join(folder, 'evidence.store'))
    appendFileSync(file, lines)
    const ledger = async () => JSON.parse(await read(`${url}/v1/ledger`, operator))
    await expect.poll(ledger, { timeout: 20_000 }).toMatchObject([{ source: 'ambit', accepted, duplicate: 0 }])
    child.kill('SIGTERM')
    expect(await ended).toBe(0)
    return said()
  }
  expect(await run(record(1) + record(2), 2)).toMatch(/"event":"pruned","before":"20\d\d-\d\d-\d\d"/)
  await run(record(3), 3)
})

test('over TLS, from callers with a certificate; a request that is open at the end is answered', async () => {
  const folder = newFolder()
  const openssl = (words: string) => execFileSync('openssl', words.split(' '), { cwd: folder, stdio: 'ignore' })
  openssl(
    'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost -addext subjectAltName=IP:127.0.0.1 -keyout key.pem -out cert.pem',
  )
  const [token = ''] = await makeTokens(folder, ['sensor', '--record', WORKLOAD])
  writeFileSync(
    join(folder, 'serve.yaml'),
    'tokens: tokens.yaml\nlisten: { port: 0, cert: cert.pem, key: key.pem, clientCa: cert.pem }\naccessLog: true\n',
  )
  const { url, child, ended, said } = await serve('--config', join(folder, 'serve.yaml'))
  expect(url).toMatch(/^https:/)
  const [cert, key] = [readFileSync(join(folder, 'cert.pem')), readFileSync(join(folder, 'key.pem'))]
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  const over = (tls: object, between: () => Promise<unknown>): Promise<number> =>
    new Promise((resolve, reject) => {
      const call = request(`${url}/v1/traces`, { method: 'POST', headers, ca: cert, ...tls }, ({ statusCode }) =>
        resolve(statusCode ?? 0),
      )
      call.on('error', reject)
      call.write('{')
      void between().then(() => call.end('}'))
    })
  await expect(over({}, async () => undefined)).rejects.toThrow()
  expect(await over({ cert, key }, async () => undefined)).toBe(200)
  const pause = () => new Promise(resolve => setTimeout(resolve, 300))
  const last = over({ cert, key }, async () => {
    await pause()
    child.kill('SIGTERM')
    await pause()
  })
  expect(await last).toBe(200)
  expect(await ended).toBe(0)
  expect(said()).toContain('"path":"/v1/traces","status":200')
})

test('what is wrong is said before it listens', async () => {
  const folder = newFolder()
  await makeTokens(folder, ['sensor', '--record', '*'])
  const tokens = join(folder, 'tokens.yaml')
  const failing = async (...words: readonly string[]) => {
    const { code, err } = await ambit(['serve', ...words])
    expect(code).toBe(2)
    return err
  }
  const config = (text: string): string => {
    const file = join(folder, 'serve.yaml')
    writeFileSync(file, `tokens: tokens.yaml\n${text}`)
    return file
  }
  expect(await failing()).toContain('neither `--config` nor `--tokens`')
  expect(await failing('--config', 'x', '--tokens', 'y')).toContain('exclude each other')
  expect(await failing('--tokens', join(folder, 'none.yaml'))).toContain('file-unreadable')
  expect(await failing('--tokens', tokens, '--store', 'mongodb://x')).toContain('no store has an address')
  expect(await failing('--tokens', tokens, '--port', '99999')).toContain('port')
  expect(await failing('--config', config('listen: { host: 0.0.0.0 }'))).toContain('in the clear')
  expect(await failing('--config', config('listens: {}'))).toContain('did you mean `listen`')
  expect(await failing('--tokens', tokens, '--keep', '30d')).toContain('`memory` forgets')
  expect(await failing('--tokens', tokens, '--store', 'x', '--keep', 'long')).toContain('`30d`')
  expect(await failing('--config', config('decisions: none.yaml'))).toContain('cannot be read')
  expect(await failing('--config', config('limits: { bytesInFlight: 2000000 }'))).toContain('bytesInFlight')
})
