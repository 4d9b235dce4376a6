/** Fields of Ambit's own records, read and checked one at a time. A problem is a value: the rejection it leads to. */
import type { EvidenceItem, StreamPosition } from '../model/evidence.ts'
import type { DimensionValue, Micros, ResultLeaf, RevisionFacts } from '../model/observation.ts'
import type { Scalar } from '../model/scalar.ts'
import type { ParameterDeclaration, ToolDeclaration } from '../model/tool-declaration.ts'
import type { Workload } from '../model/workload.ts'
import { reject } from './admit.ts'
import { isObject, type JsonObject } from './json.ts'
import { microsOfRfc3339 } from './time.ts'

/** Collects the first problem of a record while its fields are read; the values read after it are not used. */
export interface RecordReader {
  readonly record: JsonObject
  problem: EvidenceItem | null
}

type Reason = 'wrong-type' | 'missing-field' | 'unknown-value' | 'invalid-time'

export const fail = (reader: RecordReader, reason: Reason, detail: string): void => {
  reader.problem ??= reject(reason, detail)
}

/** Own property, where null counts as a value and `undefined` as missing. */
export const own = (record: JsonObject, key: string): unknown => (Object.hasOwn(record, key) ? record[key] : undefined)

export const readText = (reader: RecordReader, key: string): string => {
  const value = own(reader.record, key)
  if (typeof value === 'string' && value !== '') return value
  fail(reader, value === undefined || value === '' ? 'missing-field' : 'wrong-type', `\`${key}\` is not a text`)
  return ''
}

/** UTF-16 units of a stream's name. */
const STREAM_LENGTH = 1_024

/** Undefined where the record is not numbered. */
export const readPosition = (reader: RecordReader): StreamPosition | undefined => {
  const [stream, sequence] = [own(reader.record, 'stream'), own(reader.record, 'sequence')]
  if (stream === undefined && sequence === undefined) return undefined
  const isNumber = typeof sequence === 'number' && Number.isSafeInteger(sequence) && sequence >= 1
  if (typeof stream === 'string' && stream !== '' && isNumber) {
    if (stream.length > STREAM_LENGTH) reader.problem ??= reject('too-large', 'the name of a stream is too long')
    return { stream, sequence }
  }
  const isMissing = stream === undefined || sequence === undefined || stream === ''
  fail(
    reader,
    isMissing ? 'missing-field' : 'wrong-type',
    '`stream` and `sequence` are not a text and a whole number from 1',
  )
  return undefined
}

/** The record's own; a numbered record that brings none has its place. */
export const readId = (reader: RecordReader): string => {
  if (Object.hasOwn(reader.record, 'id')) return readText(reader, 'id')
  const position = readPosition(reader)
  return position === undefined ? readText(reader, 'id') : `${position.stream}/${position.sequence}`
}

/** A text, or null where it is null or missing. */
export const readOptionalText = (reader: RecordReader, key: string): string | null => {
  const value = own(reader.record, key)
  if (value === undefined || value === null) return null
  return readText(reader, key)
}

const nullableText = (reader: RecordReader, record: JsonObject, key: string): string | null => {
  const value = own(record, key)
  if (value === undefined || value === null || typeof value === 'string') return value ?? null
  fail(reader, 'wrong-type', `\`${key}\` is neither a text nor null`)
  return null
}

export const readServer = (reader: RecordReader): string | null => nullableText(reader, reader.record, 'server')

export const readChoice = <T extends string>(
  reader: RecordReader,
  key: string,
  choices: readonly T[],
  otherwise: T | null,
): T | null => {
  const value = own(reader.record, key)
  if (value === undefined && otherwise !== null) return otherwise
  const choice = choices.find(candidate => candidate === value)
  if (choice !== undefined) return choice
  if (value === undefined) fail(reader, 'missing-field', `\`${key}\` is missing`)
  else fail(reader, typeof value === 'string' ? 'unknown-value' : 'wrong-type', `\`${key}\` is not one of its values`)
  return null
}

export const readTime = (reader: RecordReader, key: string): Micros => {
  const micros = microsOfRfc3339(own(reader.record, key))
  if (micros === null) fail(reader, 'invalid-time', `\`${key}\` is no RFC 3339 time`)
  return micros ?? 0
}

export const readWorkload = (reader: RecordReader): Workload => {
  const value = own(reader.record, 'workload')
  const namespace = isObject(value) ? own(value, 'namespace') : undefined
  const name = isObject(value) ? own(value, 'name') : undefined
  if (typeof namespace === 'string' && typeof name === 'string') return { namespace, name }
  if (value === undefined) reader.problem ??= reject('unattributed', '`workload` is missing')
  fail(reader, 'wrong-type', '`workload` is not a `namespace` and a `name`')
  return { namespace: '', name: '' }
}

export const readFacts = (reader: RecordReader): RevisionFacts => {
  const value = own(reader.record, 'facts')
  if (value !== undefined && !isObject(value)) fail(reader, 'wrong-type', '`facts` is not an object')
  const facts = isObject(value) ? value : {}
  const read = (key: keyof RevisionFacts): string | null => nullableText(reader, facts, key)
  return {
    model: read('model'),
    prompt: read('prompt'),
    catalog: read('catalog'),
    image: read('image'),
    identity: read('identity'),
  }
}

const isScalar = (value: unknown): value is Scalar =>
  value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'

export const readValues = (reader: RecordReader): readonly DimensionValue[] => {
  const value = own(reader.record, 'values')
  if (value === undefined) return []
  const values: DimensionValue[] = []
  for (const entry of Array.isArray(value) ? value : [null]) {
    const dimension = isObject(entry) ? own(entry, 'dimension') : undefined
    const scalar = isObject(entry) ? own(entry, 'value') : undefined
    if (typeof dimension !== 'string' || dimension === '' || !isScalar(scalar)) {
      fail(reader, 'wrong-type', '`values` is not a list of `dimension` and `value`')
      return []
    }
    values.push({ dimension, value: scalar })
  }
  return values
}

export const readLeaves = (reader: RecordReader): readonly ResultLeaf[] | null => {
  const value = own(reader.record, 'leaves')
  if (value === undefined || value === null) return null
  const leaves: ResultLeaf[] = []
  for (const entry of Array.isArray(value) ? value : [null]) {
    const path = isObject(entry) ? own(entry, 'path') : undefined
    const text = isObject(entry) ? own(entry, 'text') : undefined
    if (typeof path !== 'string' || typeof text !== 'string') {
      fail(reader, 'wrong-type', '`leaves` is not a list of `path` and `text`')
      return null
    }
    leaves.push({ path, text })
  }
  return leaves
}

const isFlag = (value: unknown): value is boolean | null | undefined =>
  value === undefined || value === null || typeof value === 'boolean'

const isOptionalText = (value: unknown): value is string | null | undefined =>
  value === undefined || value === null || typeof value === 'string'

const isTexts = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every(entry => typeof entry === 'string')

const parameter = (raw: unknown): ParameterDeclaration | null => {
  if (!isObject(raw)) return null
  const [dimension, required] = [own(raw, 'dimension'), own(raw, 'required')]
  const [type, format, values] = [own(raw, 'type'), own(raw, 'format'), own(raw, 'values') ?? null]
  if (typeof dimension !== 'string' || dimension === '' || !isOptionalText(type) || !isOptionalText(format)) return null
  if ((values !== null && !isTexts(values)) || (required !== undefined && typeof required !== 'boolean')) return null
  return { dimension, type: type ?? null, format: format ?? null, values, required: required ?? false }
}

const tool = (raw: unknown): ToolDeclaration | null => {
  if (!isObject(raw)) return null
  const [name, server, rawParameters] = [own(raw, 'name'), own(raw, 'server'), own(raw, 'parameters')]
  const [readOnly, destructive, openWorld] = [own(raw, 'readOnly'), own(raw, 'destructive'), own(raw, 'openWorld')]
  if (typeof name !== 'string' || name === '' || !isOptionalText(server) || !Array.isArray(rawParameters)) return null
  if (!isFlag(readOnly) || !isFlag(destructive) || !isFlag(openWorld)) return null
  const parameters = rawParameters.map(parameter)
  const known = parameters.filter(entry => entry !== null)
  if (known.length < parameters.length) return null
  return {
    name,
    server: server ?? null,
    readOnly: readOnly ?? null,
    destructive: destructive ?? null,
    openWorld: openWorld ?? null,
    parameters: known.sort((a, b) => (a.dimension < b.dimension ? -1 : a.dimension > b.dimension ? 1 : 0)),
  }
}

export const readTools = (reader: RecordReader): readonly ToolDeclaration[] => {
  const value = own(reader.record, 'tools')
  const tools = (Array.isArray(value) ? value : [null]).map(tool)
  const known = tools.filter(entry => entry !== null)
  if (known.length < tools.length) fail(reader, 'wrong-type', '`tools` is not a list of tool declarations')
  return known
}
