/** The tools that the conformance suite calls, as it describes them: what each answers, and what it asks of the client meanwhile. */
import { setTimeout as wait } from 'node:timers/promises'
import type { ElicitRequestFormParams, ServerNotification, ServerRequest } from '@modelcontextprotocol/sdk/types.js'

type Json = Readonly<Record<string, unknown>>

export interface Surroundings {
  readonly notify: (notification: ServerNotification) => Promise<void>
  readonly ask: (request: ServerRequest) => Promise<unknown>
  /** Ends the stream of the call, so that its client has to come back for the answer. */
  readonly closeStream: () => void
  readonly progressToken: string | number | undefined
}

export interface Tool {
  readonly inputSchema: Json
  readonly run: (args: Json, around: Surroundings) => Promise<readonly Json[]> | readonly Json[]
}

/** One red pixel, and a sound of no length. */
export const IMAGE = {
  type: 'image',
  data: 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg==',
  mimeType: 'image/png',
}
const AUDIO = {
  type: 'audio',
  data: 'UklGRiYAAABXQVZFZm10IBAAAAABAAEAQB8AAAB9AAACABAAZGF0YQIAAAA=',
  mimeType: 'audio/wav',
}
export const text = (value: unknown): Json => ({ type: 'text', text: String(value) })
export const resource = (uri: string, mimeType: string, content: string): Json => ({
  type: 'resource',
  resource: { uri, mimeType, text: content },
})

const NOTHING: Json = { type: 'object', properties: {} }
const withText = (name: string): Json => ({
  type: 'object',
  properties: { [name]: { type: 'string' } },
  required: [name],
})
const plain = (...content: readonly Json[]): Tool => ({ inputSchema: NOTHING, run: () => content })

type Form = ElicitRequestFormParams['requestedSchema']

const elicits = (properties: Form['properties']): Tool => ({
  inputSchema: NOTHING,
  run: async (_, { ask }) => {
    const params = { message: 'A form to fill', requestedSchema: { type: 'object', properties } } as const
    return [text(JSON.stringify(await ask({ method: 'elicitation/create', params })))]
  },
})

const titled = (...values: readonly string[]) => values.map(value => ({ const: value, title: `Title of ${value}` }))
const OPTIONS = ['option1', 'option2', 'option3']

const steps = async (each: (step: number) => Promise<void>): Promise<void> => {
  for (const step of [0, 1, 2]) {
    await each(step)
    await wait(50)
  }
}

export const TOOLS: Readonly<Record<string, Tool>> = {
  test_simple_text: plain(text('This is a simple text response for testing.')),
  test_image_content: plain(IMAGE),
  test_audio_content: plain(AUDIO),
  test_embedded_resource: plain(resource('test://embedded-resource', 'text/plain', 'An embedded text.')),
  test_multiple_content_types: plain(
    text('Several kinds:'),
    IMAGE,
    resource('test://mixed-content-resource', 'application/json', '{"test":"data","value":123}'),
  ),
  test_tool_with_logging: {
    inputSchema: NOTHING,
    run: async (_, { notify }) => {
      await steps(step => notify({ method: 'notifications/message', params: { level: 'info', data: `Step ${step}` } }))
      return [text('logged')]
    },
  },
  test_tool_with_progress: {
    inputSchema: NOTHING,
    run: async (_, { notify, progressToken }) => {
      await steps(async step => {
        if (progressToken === undefined) return
        const params = { progressToken, progress: step * 50, total: 100 }
        await notify({ method: 'notifications/progress', params })
      })
      return [text(progressToken)]
    },
  },
  test_error_handling: {
    inputSchema: NOTHING,
    run: () => {
      throw new Error('This tool intentionally returns an error for testing')
    },
  },
  test_sampling: {
    inputSchema: withText('prompt'),
    run: async ({ prompt }, { ask }) => {
      const messages = [{ role: 'user' as const, content: { type: 'text' as const, text: String(prompt) } }]
      return [
        text(JSON.stringify(await ask({ method: 'sampling/createMessage', params: { messages, maxTokens: 100 } }))),
      ]
    },
  },
  test_elicitation: {
    inputSchema: withText('message'),
    run: async ({ message }, { ask }) => {
      const properties = { username: { type: 'string' }, email: { type: 'string' } } as const
      const requestedSchema = { type: 'object', properties, required: ['username', 'email'] } satisfies Form
      const params = { message: String(message), requestedSchema }
      return [text(JSON.stringify(await ask({ method: 'elicitation/create', params })))]
    },
  },
  test_elicitation_sep1034_defaults: elicits({
    name: { type: 'string', default: 'John Doe' },
    age: { type: 'integer', default: 30 },
    score: { type: 'number', default: 95.5 },
    status: { type: 'string', enum: ['active', 'inactive', 'pending'], default: 'active' },
    verified: { type: 'boolean', default: true },
  }),
  test_elicitation_sep1330_enums: elicits({
    untitledSingle: { type: 'string', enum: OPTIONS },
    titledSingle: { type: 'string', oneOf: titled('value1', 'value2', 'value3') },
    legacyEnum: { type: 'string', enum: ['opt1', 'opt2', 'opt3'], enumNames: ['One', 'Two', 'Three'] },
    untitledMulti: { type: 'array', items: { type: 'string', enum: OPTIONS } },
    titledMulti: { type: 'array', items: { anyOf: titled('value1', 'value2', 'value3') } },
  }),
  test_reconnection: {
    inputSchema: NOTHING,
    run: async (_, { closeStream }) => {
      closeStream()
      await wait(100)
      return [text('back again')]
    },
  },
  json_schema_2020_12_tool: {
    inputSchema: {
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      type: 'object',
      $defs: {
        address: {
          $anchor: 'address',
          type: 'object',
          properties: { street: { type: 'string' }, city: { type: 'string' } },
        },
      },
      properties: { name: { type: 'string' }, address: { $ref: '#/$defs/address' } },
      additionalProperties: false,
      allOf: [{ anyOf: [{ required: ['name'] }, { required: ['address'] }, {}] }],
      if: { required: ['address'] },
      // biome-ignore lint/suspicious/noThenProperty: a keyword of the schema language
      then: { properties: { name: { type: 'string' } } },
      else: {},
    },
    run: args => [text(JSON.stringify(args))],
  },
}
