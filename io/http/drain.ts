/**
 * What nobody reads of a request, read and forgotten: a caller that is still sending does not see an answer that comes with the end
 * of its connection. Bounded in bytes; in time by the server.
 */
import type { IncomingMessage } from 'node:http'

export const drain = (request: IncomingMessage, most: number): Promise<void> =>
  new Promise(resolve => {
    if (request.complete || request.destroyed) {
      resolve()
      return
    }
    let left = most
    request.on('data', (chunk: Uint8Array) => {
      left -= chunk.length
      if (left >= 0) return
      request.pause()
      resolve()
    })
    for (const event of ['end', 'close', 'error']) request.once(event, () => resolve())
    request.resume()
  })
