/**
 * Ambit's own observation format → observations. One JSON object a line, as `ambit-format.ts` writes it and
 * `ambit-schema.ts` describes it: what the schema refuses is rejected here with its reason, and nothing else is.
 */
import type { EvidenceItem } from '../model/evidence.ts'
import type { DimensionValue, Observation, Visibility } from '../model/observation.ts'
import type { EvidenceSource } from '../model/source.ts'
import { SUBSTRATES, type Substrate } from '../model/substrate.ts'
import { admit, admitObservation, reject } from './admit.ts'
import {
  fail,
  own,
  type RecordReader,
  readChoice,
  readFacts,
  readId,
  readLeaves,
  readOptionalText,
  readPosition,
  readServer,
  readText,
  readTime,
  readTools,
  readValues,
  readWorkload,
} from './ambit-fields.ts'
import { OBSERVATION_FORMAT } from './ambit-format.ts'
import { flattenRecorded } from './flatten.ts'
import { field, isObject, text } from './json.ts'
import { bounded, resultLeaves } from './result-leaves.ts'
import { toolDeclarations } from './tool-catalog.ts'

const ID = 'ambit'
const has = (reader: RecordReader, key: string): boolean => Object.hasOwn(reader.record, key)

interface Arguments {
  readonly values: readonly DimensionValue[]
  /** What holds where the record does not say. */
  readonly visibility: Visibility
}

const readArguments = (reader: RecordReader, substrate: Substrate | null): Arguments => {
  const server = readServer(reader)
  if (!has(reader, 'arguments')) {
    const values = readValues(reader)
    return { values, visibility: has(reader, 'values') || substrate === 'syscall' ? 'seen' : 'absent' }
  }
  if (has(reader, 'values')) fail(reader, 'wrong-type', '`values` and `arguments` exclude each other')
  if (substrate !== 'tool') fail(reader, 'wrong-type', '`arguments` belong to the substrate `tool`')
  const flat = flattenRecorded(own(reader.record, 'arguments'))
  return server === null ? flat : { ...flat, values: [...flat.values, { dimension: 'tool.server', value: server }] }
}

const readResult = (reader: RecordReader): Observation['result'] => {
  if (has(reader, 'result') && has(reader, 'leaves')) {
    fail(reader, 'wrong-type', '`result` and `leaves` exclude each other')
  }
  if (has(reader, 'result')) return resultLeaves(own(reader.record, 'result'))
  const leaves = readLeaves(reader)
  return leaves === null ? null : bounded(leaves)
}

const decodeObservation = (reader: RecordReader): EvidenceItem => {
  const id = readId(reader)
  const start = readTime(reader, 'time')
  const end = (own(reader.record, 'end') ?? null) === null ? null : readTime(reader, 'end')
  const workload = readWorkload(reader)
  const session = readOptionalText(reader, 'session')
  const witness = has(reader, 'witness') || session === null ? readText(reader, 'witness') : session
  const substrate = readChoice(reader, 'substrate', SUBSTRATES, null)
  const action = readText(reader, 'action')
  const { values, visibility: assumed } = readArguments(reader, substrate)
  const visibility = readChoice(reader, 'visibility', ['seen', 'absent', 'malformed'], assumed)
  const outcome = readChoice(reader, 'outcome', ['ok', 'error', 'denied', 'unknown'], 'unknown')
  const result = readResult(reader)
  const facts = readFacts(reader)
  const exception = readOptionalText(reader, 'exception')
  if (reader.problem !== null) return reader.problem
  if (substrate === null || visibility === null || outcome === null) return reject('unknown-value', 'an unknown value')
  return admitObservation({
    id,
    source: ID,
    workload,
    session,
    witness,
    substrate,
    action,
    values,
    visibility,
    start,
    end,
    outcome,
    result,
    facts,
    ...(exception === null ? {} : { exception }),
  })
}

const decodeRequest = (reader: RecordReader): EvidenceItem => {
  const item = {
    kind: 'request',
    id: readId(reader),
    source: ID,
    workload: readWorkload(reader),
    session: readText(reader, 'session'),
    start: readTime(reader, 'time'),
    text: readText(reader, 'text'),
    facts: readFacts(reader),
  } as const
  return reader.problem ?? admit(item)
}

const decodeCatalog = (reader: RecordReader): EvidenceItem => {
  const listed = own(reader.record, 'listed')
  if (has(reader, 'tools') === has(reader, 'listed')) {
    fail(reader, 'missing-field', 'exactly one of `tools` and `listed` is needed')
  }
  if (has(reader, 'listed') && !Array.isArray(listed)) fail(reader, 'wrong-type', '`listed` is not a list')
  const server = readServer(reader)
  const item = {
    kind: 'catalog',
    id: readId(reader),
    source: ID,
    workload: readWorkload(reader),
    start: readTime(reader, 'time'),
    tools: Array.isArray(listed) ? toolDeclarations(listed, server) : readTools(reader),
  } as const
  return reader.problem ?? admit(item)
}

const decodeLoss = (reader: RecordReader): EvidenceItem => {
  const id = readId(reader)
  const count = own(reader.record, 'count')
  const detail = own(reader.record, 'detail')
  if (count === undefined || detail === undefined) fail(reader, 'missing-field', 'a loss has a `count` and a `detail`')
  if (typeof detail !== 'string') fail(reader, 'wrong-type', '`detail` is not a text')
  const isCount = typeof count === 'number' && Number.isSafeInteger(count) && count >= 0
  if (!isCount && count !== null) fail(reader, 'wrong-type', '`count` is no whole number')
  if (reader.problem !== null) return reader.problem
  return { kind: 'loss', id, source: ID, count: isCount ? count : null, detail: String(detail).slice(0, 1_000) }
}

const decodeEnd = (reader: RecordReader): EvidenceItem => {
  const id = readId(reader)
  const position = readPosition(reader)
  if (position === undefined) fail(reader, 'missing-field', 'an end has a `stream` and a `sequence`')
  if (reader.problem !== null || position === undefined) return reader.problem ?? reject('missing-field', 'no position')
  return { kind: 'end', id, source: ID, position }
}

const decodeTyped = (reader: RecordReader): EvidenceItem => {
  const type = own(reader.record, 'type')
  if (type === 'observation') return decodeObservation(reader)
  if (type === 'request') return decodeRequest(reader)
  if (type === 'catalog') return decodeCatalog(reader)
  if (type === 'loss') return decodeLoss(reader)
  if (type === 'end') return decodeEnd(reader)
  return reject(type === undefined ? 'missing-field' : 'unknown-value', '`type` is no record type')
}

const decode = (record: unknown): EvidenceItem => {
  if (!isObject(record)) return reject('wrong-type', 'the record is not an object')
  if (own(record, 'format') !== OBSERVATION_FORMAT) {
    return reject('unknown-value', `\`format\` is not \`${OBSERVATION_FORMAT}\``)
  }
  const reader: RecordReader = { record, problem: null }
  const position = readPosition(reader)
  if (reader.problem !== null) return reader.problem
  const item = decodeTyped(reader)
  return position === undefined ? item : { ...item, position }
}

export const ambitSource: EvidenceSource = {
  id: ID,
  summary: "Ambit's own observation format, written by its recorder and by anyone without another sensor",
  sees: SUBSTRATES,
  blindTo: [
    'what happened outside the processes and servers that the recorder was attached to',
    'records lost on the way whose writer did not number them, and streams of which nothing arrived',
  ],
  recognizes: record => text(field(record, 'format'))?.startsWith('ambit.observation/') ?? false,
  decode: record => [decode(record)],
}
