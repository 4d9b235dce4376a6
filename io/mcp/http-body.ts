/** The body of an HTTP request → its text, bounded while it is read. */
import type { IncomingMessage } from 'node:http'

/** Null: larger than the limit; what is left of it is thrown away. Rejects where the connection breaks. */
export const readBody = async (request: IncomingMessage, limit: number): Promise<string | null> => {
  const declared = Number(request.headers['content-length'] ?? 0)
  if (declared > limit) {
    request.resume()
    return null
  }
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request) {
    if (!Buffer.isBuffer(chunk)) continue
    size += chunk.length
    if (size > limit) {
      request.resume()
      return null
    }
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}
