/** A request → the bytes that it stands for: whole, inflated, and never more of them than there is room for. */
import type { IncomingMessage } from 'node:http'
import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import { FULL, type Room } from './capacity.ts'
import { refused, type Taken, taken } from './refused.ts'

const inflate = promisify(gunzip)

export interface Body {
  readonly bytes: Buffer
  /** Of them on the wire. */
  readonly wire: number
}

export type ReadBody = (request: IncomingMessage, isGzip: boolean, room: Room) => Promise<Taken<Body>>

const tooLarge = (limit: number): Taken<never> => refused(413, 'too-large', `the body is larger than ${limit} bytes`)

const wireBytes = async (request: IncomingMessage, limit: number, room: Room): Promise<Taken<Buffer>> => {
  if (Number(request.headers['content-length'] ?? 0) > limit) return tooLarge(limit)
  const chunks: Buffer[] = []
  let size = 0
  try {
    // What is not read is drained by whoever answers: an answer into a connection that is cut does not arrive.
    for await (const chunk of request.iterator({ destroyOnReturn: false })) {
      const bytes: Buffer = chunk
      size += bytes.length
      if (size > limit) return tooLarge(limit)
      if (!room.grow(bytes.length)) return FULL
      chunks.push(bytes)
    }
  } catch {
    return refused(400, 'interrupted', 'the request ended before its body did')
  }
  return taken(Buffer.concat(chunks))
}

/** Functions that run one after the other, `lanes` at a time: inflating takes memory before anybody knows how much. */
const createLanes = (lanes: number) => {
  const waiting: (() => void)[] = []
  let running = 0
  return async <T>(run: () => Promise<T>): Promise<T> => {
    if (running >= lanes) await new Promise<void>(resolve => waiting.push(resolve))
    else running += 1
    try {
      return await run()
    } finally {
      const next = waiting.shift()
      if (next === undefined) running -= 1
      else next()
    }
  }
}

const LANES = 2

/** `limit`: bytes of a body, on the wire and inflated. */
export const createReadBody = (limit: number): ReadBody => {
  const inLane = createLanes(LANES)
  const inflated = async (wire: Buffer): Promise<Taken<Buffer>> => {
    try {
      return taken(await inLane(() => inflate(wire, { maxOutputLength: limit })))
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : null
      return code === 'ERR_BUFFER_TOO_LARGE'
        ? tooLarge(limit)
        : refused(400, 'malformed', 'the body is not gzip, though it says so')
    }
  }
  return async (request, isGzip, room) => {
    const wire = await wireBytes(request, limit, room)
    if (!wire.ok) return wire
    const bytes = isGzip ? await inflated(wire.value) : wire
    if (!bytes.ok) return bytes
    if (isGzip && !room.grow(bytes.value.length)) return FULL
    return taken({ bytes: bytes.value, wire: wire.value.length })
  }
}
