/** Sets that only grow and share what they have in common, in chunks. */
import type { Texts } from '../model/context.ts'
import { withChunk } from './chunks.ts'

interface Grown extends Texts {
  readonly chunks: readonly ReadonlySet<string>[]
}

const isGrown = (texts: Texts): texts is Grown => 'chunks' in texts

/** In the order in which they were added. The base itself where there is nothing new. */
export const grow = (base: Texts, more: Iterable<string>): Texts => {
  const fresh = new Set([...more].filter(text => !base.has(text)))
  if (fresh.size === 0) return base
  const chunks = withChunk(isGrown(base) ? base.chunks : [new Set(base)], fresh, (a, b) => new Set([...a, ...b]))
  const grown: Grown = {
    chunks,
    has: text => chunks.some(chunk => chunk.has(text)),
    *[Symbol.iterator]() {
      for (const chunk of chunks) yield* chunk
    },
  }
  return grown
}

/** Whether one of the texts passes; stops at the first that does. */
export const someText = (texts: Iterable<string>, test: (text: string) => boolean): boolean => {
  for (const text of texts) if (test(text)) return true
  return false
}
