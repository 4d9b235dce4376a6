/**
 * Recorded evidence, written as often as it takes: each copy has sessions, traces, spans and events of its own, so that nothing in it
 * is a duplicate. Values, texts and times stay what they were.
 */
import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { join } from 'node:path'
import type { SourceOptions } from '../../core/model/source.ts'
import { decodeRecord } from '../../core/pipeline.ts'
import { readTexts } from '../read-lines.ts'

export const FORMATS = ['otlp', 'cloudtrail'] as const
export type Format = (typeof FORMATS)[number]

const FILES: Record<Format, readonly string[]> = {
  otlp: ['banking', 'slack', 'travel', 'workspace', 'airline'].map(suite => `agent-traces/${suite}.otlp.jsonl.gz`),
  cloudtrail: ['cloudtrail/account.cloudtrail.jsonl.gz'],
}

const HOUR = 3_600_000

const later = (time: string, copies: number): string =>
  new Date(Date.parse(time) + copies * HOUR).toISOString().replace('.000Z', 'Z')

/** Every id in the text, with the number of the copy in it; CloudTrail has no sessions, so its copies are hours apart. */
const OF_COPY: Record<Format, (text: string, copy: string, index: number) => string> = {
  otlp: (text, copy) =>
    text
      .replace(/"((?:trace|span|parentSpan)Id)":"[0-9a-f]{6}/g, `"$1":"${copy}`)
      .replace(/("gen_ai\.conversation\.id","value":\{"stringValue":")/g, `$1${copy}-`),
  cloudtrail: (text, copy, index) =>
    text
      .replace(/"eventID":\s*"/, `"eventID":"${copy}-`)
      .replace(/"eventTime":\s*"([^"]+)"/, (_, time) => `"eventTime":"${later(String(time), index)}"`),
}

export interface Expanded {
  readonly observations: number
  readonly records: number
  readonly bytes: number
}

/** Observations in one line, as the program's own decoder counts them. */
const observationsIn = (text: string, options: SourceOptions): number =>
  decodeRecord(JSON.parse(text), { source: null, ...options }).items.filter(({ kind }) => kind === 'observation').length

/** Writes lines until there are so many observations. */
export const expand = async (
  data: string,
  format: Format,
  wanted: number,
  options: SourceOptions,
  file: string,
): Promise<Expanded> => {
  const lines = FILES[format].flatMap(name => readTexts(join(data, name)))
  const counts = lines.map(line => observationsIn(line, options))
  if (!counts.some(count => count > 0)) throw new Error(`no observation in the ${format} evidence of ${data}`)
  const out = createWriteStream(file)
  let [observations, records, bytes] = [0, 0, 0]
  for (let copy = 0; observations < wanted; copy++) {
    const name = copy.toString(16).padStart(6, '0')
    for (const [index, line] of lines.entries()) {
      if (observations >= wanted) break
      const text = `${OF_COPY[format](line, name, copy)}\n`
      observations += counts[index] ?? 0
      records += 1
      bytes += Buffer.byteLength(text)
      if (!out.write(text)) await once(out, 'drain')
    }
  }
  out.end()
  await once(out, 'finish')
  return { observations, records, bytes }
}
