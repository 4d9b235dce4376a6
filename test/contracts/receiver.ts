/** A receiver on a free port of this machine, with a store that the test holds; and spans as exporters send them. */
import { createHash } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import root from '@opentelemetry/otlp-transformer/build/src/generated/root.js'
import { z } from 'zod'
import { readServeConfig } from '../../apps/receiver/read-config.ts'
import { startReceiver } from '../../apps/receiver/start-receiver.ts'
import { FOLDING } from '../../core/pipeline.ts'
import { done } from '../../io/problem.ts'
import type { EvidenceStore } from '../../io/store/evidence-store.ts'
import { createMemoryStore } from '../../io/store/memory-store.ts'

const TOKEN = 'collector'
export const WORKLOAD = { namespace: 'bank', name: 'assistant' }

export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly bytes: Buffer
  // biome-ignore lint/suspicious/noExplicitAny: a test reads what it expects, and fails where it is not there
  readonly json: () => any
}

export interface TestReceiver {
  readonly url: string
  readonly store: EvidenceStore
  readonly logged: readonly string[]
  post(
    path: string,
    body: Uint8Array | string,
    headers?: Record<string, string>,
    token?: string | null,
  ): Promise<Answer>
  get(path: string, token?: string | null): Promise<Answer>
  close(): Promise<void>
}

export interface Starting {
  /** Entries of the tokens file by their token. */
  readonly tokens?: Readonly<Record<string, Readonly<Record<string, unknown>>>>
  readonly limits?: Readonly<Record<string, number>>
  readonly store?: (inner: EvidenceStore) => EvidenceStore
  /** More of `serve.yaml`. */
  readonly more?: Readonly<Record<string, unknown>>
}

const TOKENS = {
  [TOKEN]: { record: ['*'], assertContext: ['*'] },
  operator: { admin: true },
}

const answerOf = async (response: Response): Promise<Answer> => {
  const bytes = Buffer.from(await response.arrayBuffer())
  return { status: response.status, headers: response.headers, bytes, json: () => JSON.parse(bytes.toString('utf8')) }
}

export const start = async ({
  tokens = {},
  limits = {},
  store: wrap,
  more = {},
}: Starting = {}): Promise<TestReceiver> => {
  const folder = await mkdtemp(join(tmpdir(), 'ambit-receiver-'))
  const entries = Object.entries({ ...TOKENS, ...tokens }).map(([token, entry]) => ({
    subject: token,
    sha256: createHash('sha256').update(token).digest('hex'),
    ...entry,
  }))
  await writeFile(join(folder, 'tokens.yaml'), JSON.stringify({ tokens: entries }))
  const text = JSON.stringify({ tokens: 'tokens.yaml', listen: { port: 0 }, limits, ...more })
  const config = readServeConfig(text, join(folder, 'serve.yaml'))
  if (!config.ok) throw new Error(JSON.stringify(config.problems))
  const inner = createMemoryStore(FOLDING)
  const store = wrap === undefined ? inner : wrap(inner)
  const logged: string[] = []
  const started = await startReceiver(config.value, {
    now: Date.now,
    instance: 'test',
    log: (level, event) => logged.push(`${level} ${event}`),
    open: async () => done({ store, keeps: false }),
  })
  await rm(folder, { recursive: true })
  if (!started.ok) throw new Error(JSON.stringify(started.problems))
  const { url, close } = started.value
  const authorization = (token: string | null) => (token === null ? {} : { authorization: `Bearer ${token}` })
  return {
    url,
    store: inner,
    logged,
    post: async (path, body, headers = {}, token = TOKEN) =>
      answerOf(
        await fetch(url + path, {
          method: 'POST',
          headers: { 'content-type': 'application/json', ...authorization(token), ...headers },
          body: new Uint8Array(Buffer.from(body)),
        }),
      ),
    get: async (path, token = 'operator') => answerOf(await fetch(url + path, { headers: authorization(token) })),
    close: () => close('the test is over'),
  }
}

export const JSON_TYPE = { 'content-type': 'application/json' }
export const PROTOBUF = { 'content-type': 'application/x-protobuf' }

const messageType = z.custom<{
  fromObject(value: object): object
  encode(value: object): { finish(): Uint8Array }
  decode(bytes: Uint8Array): object
  toObject(value: object, options: object): unknown
}>(value => typeof value === 'function')
const traceMessages = z.object({
  ExportTraceServiceRequest: messageType,
  ExportTraceServiceResponse: messageType,
})
// What it exports has no types of its own.
const { ExportTraceServiceRequest, ExportTraceServiceResponse } = z
  .object({
    opentelemetry: z.object({
      proto: z.object({ collector: z.object({ trace: z.object({ v1: traceMessages }) }) }),
    }),
  })
  .parse(root).opentelemetry.proto.collector.trace.v1

const answered = z.object({
  partialSuccess: z.object({ rejectedSpans: z.number().optional(), errorMessage: z.string().optional() }).optional(),
})

/** OTLP/JSON → the same request in protobuf, by the code that OpenTelemetry's own exporter is generated from. */
export const protobufOf = (request: object): Buffer => {
  const bytes = (id: unknown) => (typeof id === 'string' ? Buffer.from(id, 'hex') : id)
  const text = JSON.stringify(request)
  const value = JSON.parse(text, (key, each) => (/^(?:trace|span|parentSpan)Id$/.test(key) ? bytes(each) : each))
  return Buffer.from(ExportTraceServiceRequest.encode(ExportTraceServiceRequest.fromObject(value)).finish())
}

/** What a client reads of an answer in protobuf. */
export const responseOf = (
  bytes: Uint8Array,
): { readonly rejected: number; readonly why: string; readonly isPartial: boolean } => {
  const decoded = ExportTraceServiceResponse.decode(bytes)
  const { partialSuccess } = answered.parse(ExportTraceServiceResponse.toObject(decoded, { longs: Number }))
  return {
    isPartial: partialSuccess !== undefined,
    rejected: partialSuccess?.rejectedSpans ?? 0,
    why: partialSuccess?.errorMessage ?? '',
  }
}

const hex = (text: string, length: number): string => createHash('sha256').update(text).digest('hex').slice(0, length)

export interface Told {
  readonly session: string
  readonly service?: string
  readonly request?: string
  /** Arguments by call. */
  readonly calls: readonly (readonly [tool: string, given: object])[]
}

const attribute = (key: string, value: string) => ({ key, value: { stringValue: value } })
const START = 1_790_000_000_000_000_000n

/** One session as one export request: an agent run with its request, and its tool calls below it. */
export const exported = ({ session, service = 'assistant', request, calls }: Told) => {
  const traceId = hex(`trace ${session}`, 32)
  const agent = hex(`agent ${session}`, 16)
  const span = (index: number, spanId: string, attributes: readonly object[]) => ({
    traceId,
    spanId,
    name: 'work',
    kind: 1,
    startTimeUnixNano: String(START + BigInt(index) * 1_000_000n),
    endTimeUnixNano: String(START + BigInt(index) * 1_000_000n + 500_000n),
    attributes: [attribute('gen_ai.conversation.id', session), ...attributes],
  })
  const messages = JSON.stringify([{ role: 'user', parts: [{ type: 'text', content: request ?? '' }] }])
  const run = span(0, agent, [
    attribute('gen_ai.operation.name', 'invoke_agent'),
    ...(request === undefined ? [] : [attribute('gen_ai.input.messages', messages)]),
  ])
  const tools = calls.map(([tool, given], index) => ({
    ...span(index + 1, hex(`${session} ${index}`, 16), [
      attribute('gen_ai.operation.name', 'execute_tool'),
      attribute('gen_ai.tool.name', tool),
      attribute('gen_ai.tool.call.arguments', JSON.stringify(given)),
    ]),
    parentSpanId: agent,
  }))
  return {
    resourceSpans: [
      {
        resource: { attributes: [attribute('service.namespace', 'bank'), attribute('service.name', service)] },
        scopeSpans: [{ scope: { name: 'agent' }, spans: [run, ...tools] }],
      },
    ],
  }
}

/** received = accepted + duplicate + rejected, for every source. */
export const isBalanced = async (store: EvidenceStore): Promise<boolean> =>
  (await store.read()).ledger.every(
    ({ received, accepted, duplicate, rejected }) =>
      received === accepted + duplicate + Object.values(rejected).reduce((sum, count) => sum + count, 0),
  )

let last: TestReceiver | null = null

/** One that `closeLast`, after each test, closes. */
export const startLast = async (options: Starting = {}): Promise<TestReceiver> => {
  last = await start(options)
  return last
}

export const closeLast = async (): Promise<void> => {
  await last?.close()
  last = null
}
