/** A request's body → its JSON value. Bounded in size before a byte more is kept, and in time by the server itself. */
import type { IncomingMessage } from 'node:http'
import { got, type Result, refuse } from './refusal.ts'
import { parseStrictly } from './strict-json.ts'

const JSON_TYPE = /^application\/json\s*(?:;.*)?$/i

const tooLarge = (limit: number): Result<never> => refuse(413, `the body is larger than ${limit} bytes`)

const bytesOf = async (request: IncomingMessage, limit: number): Promise<Result<Buffer>> => {
  if (Number(request.headers['content-length'] ?? 0) > limit) return tooLarge(limit)
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request) {
    const bytes = Buffer.from(chunk)
    size += bytes.length
    if (size > limit) return tooLarge(limit)
    chunks.push(bytes)
  }
  return got(Buffer.concat(chunks))
}

/** The body as text, where it is UTF-8: two readers of broken bytes may read two texts. */
const textOf = (bytes: Buffer): string | null => {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return null
  }
}

export const readBody = async (request: IncomingMessage, limit: number): Promise<Result<unknown>> => {
  if (!JSON_TYPE.test(request.headers['content-type'] ?? ''))
    return refuse(400, 'the content type is not application/json')
  const encoding = request.headers['content-encoding'] ?? 'identity'
  if (encoding !== 'identity') return refuse(400, 'the body is compressed, which is not accepted here')
  const bytes = await bytesOf(request, limit)
  if (!bytes.ok) return bytes
  const text = textOf(bytes.value)
  if (text === null) return refuse(400, 'the body is not UTF-8')
  const parsed = parseStrictly(text)
  return parsed.ok ? got(parsed.value) : refuse(400, parsed.why)
}
