/**
 * One line of a segment → a record, a seal, or neither. Only the bytes that the writer would have written are either: the same
 * content spelled otherwise is somebody else's.
 */
import { canonicalJson } from '../../core/model/canonical.ts'
import type { Receipt } from '../../core/model/receipt.ts'
import { type Envelope, PAYLOAD_TYPE } from './dsse.ts'
import { envelopeSchema, receiptSchema, statementSchema } from './receipt-schema.ts'
import { lineOf, unplaced } from './record-line.ts'
import { sha256 } from './sha256.ts'
import type { Statement } from './statement.ts'

export type ParsedLine =
  | { readonly kind: 'record'; readonly digest: string; readonly receipt: Receipt }
  | { readonly kind: 'seal'; readonly digest: string; readonly envelope: Envelope; readonly statement: Statement }
  /** `wasSeal`: as far as it can be told, it was a seal and not a record. */
  | { readonly kind: 'malformed'; readonly digest: string; readonly wasSeal: boolean }

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    // No JSON, or nested deeper than the parser goes: no line of ours either way.
    return undefined
  }
}

const isCanonical = (receipt: Receipt, text: string): boolean => {
  const time = Date.parse(receipt.time)
  if (Number.isNaN(time)) return false
  return lineOf(unplaced(receipt, receipt.log, time), receipt.previous, receipt.sequence) === text
}

const sealOf = (json: unknown, text: string): { readonly envelope: Envelope; readonly statement: Statement } | null => {
  const envelope = envelopeSchema.safeParse(json)
  if (!envelope.success || envelope.data.payloadType !== PAYLOAD_TYPE || canonicalJson(envelope.data) !== text)
    return null
  const bytes = Buffer.from(envelope.data.payload, 'base64')
  const [{ sig }] = envelope.data.signatures
  // Base64 has several spellings of the same bytes.
  if (bytes.toString('base64') !== envelope.data.payload) return null
  if (Buffer.from(sig, 'base64').toString('base64') !== sig) return null
  const payload = bytes.toString()
  const statement = statementSchema.safeParse(parsed(payload))
  if (!statement.success || canonicalJson(statement.data) !== payload) return null
  return { envelope: envelope.data, statement: statement.data }
}

/** Without the line feed. */
export const parseLine = (bytes: Buffer): ParsedLine => {
  const digest = sha256(bytes)
  const text = bytes.toString()
  const json = parsed(text)
  const record = receiptSchema.safeParse(json)
  if (record.success && isCanonical(record.data, text)) return { kind: 'record', digest, receipt: record.data }
  const sealed = sealOf(json, text)
  if (sealed !== null) return { kind: 'seal', digest, ...sealed }
  // In a record these stand inside of strings, where their quotes are escaped.
  return {
    kind: 'malformed',
    digest,
    wasSeal: /"(?:payload|payloadType|signatures)":/.test(text) && !/"event":/.test(text),
  }
}
