/**
 * JSON Schema (2020-12) of one line of Ambit's own observation format. Published by `ambit schema observation`; a test
 * holds it against the decoder. Unknown properties are allowed: a newer recorder may say more.
 */
import { SUBSTRATES } from '../model/substrate.ts'
import { OBSERVATION_FORMAT } from './ambit-format.ts'

const TEXT = { type: 'string', minLength: 1 }
const NULLABLE_TEXT = { type: ['string', 'null'] }
const TIME = {
  type: 'string',
  pattern: '^\\d{4}-\\d\\d-\\d\\d[Tt]\\d\\d:\\d\\d:\\d\\d(\\.\\d{1,9})?([Zz]|[+-]\\d\\d:\\d\\d)$',
  description: 'RFC 3339, up to nine digits of fraction',
}
const NAME = {
  type: 'string',
  pattern: '^(?!.*\\.\\.)[\\p{L}\\p{N}](?:[\\p{L}\\p{N}._ -]{0,251}[\\p{L}\\p{N}])?$',
}
const WORKLOAD = {
  type: 'object',
  required: ['namespace', 'name'],
  properties: { namespace: NAME, name: NAME },
}
const FACTS = {
  type: 'object',
  properties: {
    model: NULLABLE_TEXT,
    prompt: NULLABLE_TEXT,
    catalog: NULLABLE_TEXT,
    image: NULLABLE_TEXT,
    identity: NULLABLE_TEXT,
  },
}
const VALUES = {
  type: 'array',
  items: {
    type: 'object',
    required: ['dimension', 'value'],
    properties: { dimension: TEXT, value: { type: ['string', 'number', 'boolean', 'null'] } },
  },
}
const LEAVES = {
  type: ['array', 'null'],
  items: {
    type: 'object',
    required: ['path', 'text'],
    properties: { path: { type: 'string' }, text: { type: 'string' } },
  },
}
const FLAG = { type: ['boolean', 'null'] }
const TOOLS = {
  type: 'array',
  items: {
    type: 'object',
    required: ['name', 'parameters'],
    properties: {
      name: TEXT,
      server: NULLABLE_TEXT,
      readOnly: FLAG,
      destructive: FLAG,
      openWorld: FLAG,
      parameters: {
        type: 'array',
        items: {
          type: 'object',
          required: ['dimension'],
          properties: {
            dimension: TEXT,
            type: NULLABLE_TEXT,
            format: NULLABLE_TEXT,
            values: { type: ['array', 'null'], items: { type: 'string' } },
            required: { type: 'boolean' },
          },
        },
      },
    },
  },
}

const variant = (type: string, required: readonly string[], properties: object, rest: object = {}): object => ({
  type: 'object',
  required: ['format', 'type', ...required],
  properties: {
    format: { const: OBSERVATION_FORMAT },
    type: { const: type },
    id: { ...TEXT, description: 'unique; a numbered record that brings none has its stream and number' },
    stream: { ...TEXT, description: 'who numbers the record: one writer, from its start to its end' },
    sequence: {
      type: 'integer',
      minimum: 1,
      maximum: Number.MAX_SAFE_INTEGER,
      description: '1 for the first record of the stream, and one more for each',
    },
    ...properties,
  },
  anyOf: [{ required: ['id'] }, { required: ['stream'] }],
  dependentRequired: { stream: ['sequence'], sequence: ['stream'] },
  ...rest,
})

export const OBSERVATION_SCHEMA: object = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: OBSERVATION_FORMAT,
  description:
    'One line of evidence: what an agent did, what its user asked, which tools it was offered, what was lost, or where a stream ends.',
  oneOf: [
    variant(
      'observation',
      ['time', 'workload', 'substrate', 'action'],
      {
        time: TIME,
        end: { anyOf: [TIME, { type: 'null' }] },
        workload: WORKLOAD,
        session: { anyOf: [TEXT, { type: 'null' }], description: 'verbatim session id, or null where there is none' },
        witness: { ...TEXT, description: 'without a session: one process lifetime on one day' },
        substrate: { enum: [...SUBSTRATES] },
        action: TEXT,
        visibility: { enum: ['seen', 'absent', 'malformed'] },
        values: VALUES,
        arguments: { description: 'tool calls only: the arguments as the protocol had them' },
        server: { ...NULLABLE_TEXT, description: 'with `arguments`: name of the MCP server' },
        outcome: { enum: ['ok', 'error', 'denied', 'unknown'] },
        leaves: LEAVES,
        result: { description: "a tool's result as the protocol had it" },
        facts: FACTS,
        exception: {
          anyOf: [TEXT, { type: 'null' }],
          description: 'id of the exception that let it run: then it is no evidence of need',
        },
      },
      {
        allOf: [
          { anyOf: [{ required: ['session'], properties: { session: TEXT } }, { required: ['witness'] }] },
          { not: { required: ['values', 'arguments'] } },
          { not: { required: ['leaves', 'result'] } },
          { anyOf: [{ not: { required: ['arguments'] } }, { properties: { substrate: { const: 'tool' } } }] },
        ],
      },
    ),
    variant('request', ['time', 'workload', 'session', 'text'], {
      time: TIME,
      workload: WORKLOAD,
      session: TEXT,
      text: TEXT,
      facts: FACTS,
    }),
    variant(
      'catalog',
      ['time', 'workload'],
      { time: TIME, workload: WORKLOAD, tools: TOOLS, listed: { type: 'array' }, server: NULLABLE_TEXT },
      { oneOf: [{ required: ['tools'] }, { required: ['listed'] }] },
    ),
    variant('end', ['stream', 'sequence'], {}),
    variant('loss', ['count', 'detail'], {
      count: { anyOf: [{ type: 'integer', minimum: 0, maximum: Number.MAX_SAFE_INTEGER }, { type: 'null' }] },
      detail: { type: 'string' },
    }),
  ],
}
