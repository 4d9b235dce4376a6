/**
 * A stream of bytes, plain or gzip → plain bytes. gzip is recognized by its first two bytes, not by a name. What a broken
 * archive gives before it breaks is kept, and that it broke is the last thing said.
 */
import { createGunzip } from 'node:zlib'

export type Piece = { readonly bytes: Uint8Array } | { readonly broken: string }

const isGzip = (head: Uint8Array): boolean => head[0] === 0x1f && head[1] === 0x8b

const SLICE = 16_384
/** A checksum and a length end a member. */
const TRAILER = 8

/**
 * What is written in one piece with damaged bytes is lost with them: so pieces are small, and the last bytes come alone,
 * for a wrong checksum takes nothing away.
 */
async function* inSlices(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let held: Uint8Array = new Uint8Array()
  for await (const chunk of chunks) {
    const bytes = held.length === 0 ? chunk : Buffer.concat([held, chunk])
    const end = Math.max(bytes.length - TRAILER, 0)
    for (let at = 0; at < end; at += SLICE) yield bytes.subarray(at, Math.min(at + SLICE, end))
    held = bytes.subarray(end)
  }
  if (held.length > 0) yield held
}

/** One input slice at a time, so that no more than what it expands to is held. Members may follow each other. */
async function* gunzip(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Piece> {
  const stream = createGunzip()
  let ready: Uint8Array[] = []
  let broken: string | null = null
  stream.on('data', (bytes: Uint8Array) => ready.push(bytes))
  const ended = new Promise<void>(resolve => {
    stream.on('end', resolve)
    stream.on('error', error => {
      broken = error.message
      resolve()
    })
  })
  const drain = function* (): Generator<Piece> {
    const pieces = ready
    ready = []
    for (const bytes of pieces) yield { bytes }
  }
  for await (const chunk of inSlices(chunks)) {
    await Promise.race([new Promise<void>(resolve => stream.write(chunk, () => resolve())), ended])
    yield* drain()
    if (broken !== null) break
  }
  if (broken === null) {
    stream.end()
    await ended
  }
  yield* drain()
  stream.destroy()
  if (broken !== null) yield { broken }
}

export async function* decompressed(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Piece> {
  const iterator = chunks[Symbol.asyncIterator]()
  let head: Uint8Array = new Uint8Array()
  let done = false
  // A first chunk may be a single byte.
  while (head.length < 2 && !done) {
    const next = await iterator.next()
    if (next.done) done = true
    else head = head.length === 0 ? next.value : Buffer.concat([head, next.value])
  }
  const rest: AsyncIterable<Uint8Array> = {
    async *[Symbol.asyncIterator]() {
      if (head.length > 0) yield head
      for (;;) {
        const next = await iterator.next()
        if (next.done) return
        yield next.value
      }
    },
  }
  if (isGzip(head)) {
    yield* gunzip(rest)
    return
  }
  for await (const bytes of rest) yield { bytes }
}
