/**
 * `fetch` for one MCP server → the same, bounded and watched: an answer that is too large fails, and a stream that ends without
 * the answer it was opened for says so. The SDK's transport is told nothing of either.
 */
import { setMaxListeners } from 'node:events'

export interface Watching {
  /** Bytes of one answer, or of one event. */
  readonly limit: number
  /** A body that was posted has been read to its end, or broke off. `resumable`: events had ids, so the transport asks again. */
  readonly ended: (posted: string, resumable: boolean) => void
}

const LINE_FEED = 0x0a
const EVENT_ID = 'id:'

/** Counts since the last blank line in a stream of events, and over the whole of anything else. */
const watch = (isStream: boolean, { limit }: Watching, seen: { resumable: boolean }) => {
  let size = 0
  let previous = 0
  return (chunk: Uint8Array): boolean => {
    size += chunk.byteLength
    if (!isStream) return size <= limit
    if (!seen.resumable) seen.resumable = Buffer.from(chunk).toString('latin1').includes(EVENT_ID)
    for (let index = chunk.byteLength - 1; index >= 0; index--) {
      const before = index === 0 ? previous : (chunk[index - 1] ?? 0)
      if (chunk[index] === LINE_FEED && before === LINE_FEED) {
        size = chunk.byteLength - index
        break
      }
    }
    previous = chunk[chunk.byteLength - 1] ?? previous
    return size <= limit
  }
}

/** A signal for one request: the transport's own lives as long as the session, and would keep a listener for each. */
const signalFor = (
  outer: AbortSignal | null | undefined,
): { readonly signal: AbortSignal; readonly done: () => void } => {
  const own = new AbortController()
  const abort = (): void => own.abort(outer?.reason)
  // As many requests may be under way as there are, each with a listener of its own.
  if (outer != null) setMaxListeners(0, outer)
  if (outer?.aborted === true) abort()
  else outer?.addEventListener('abort', abort, { once: true })
  return { signal: own.signal, done: () => outer?.removeEventListener('abort', abort) }
}

export const watchedFetch = (watching: Watching): typeof fetch => {
  return async (input, init) => {
    const { signal, done: over } = signalFor(init?.signal)
    const response = await fetch(input, { ...init, signal }).catch((error: unknown) => {
      over()
      throw error
    })
    if (response.body === null) {
      over()
      return response
    }
    const posted = init?.method === 'POST' && typeof init.body === 'string' ? init.body : null
    const isStream = response.headers.get('content-type')?.includes('text/event-stream') === true
    const seen = { resumable: false }
    const fits = watch(isStream, watching, seen)
    const reader = response.body.getReader()
    const end = (): void => {
      over()
      if (posted !== null && response.ok) watching.ended(posted, seen.resumable)
    }
    const body = new ReadableStream<Uint8Array>({
      pull: async controller => {
        try {
          const { done, value } = await reader.read()
          if (done) {
            controller.close()
            end()
          } else if (fits(value)) controller.enqueue(value)
          else throw new Error(`the answer is larger than ${watching.limit} bytes`)
        } catch (error) {
          controller.error(error)
          reader.cancel().catch(() => undefined)
          end()
        }
      },
      cancel: reason => {
        over()
        return reader.cancel(reason)
      },
    })
    return new Response(body, response)
  }
}
