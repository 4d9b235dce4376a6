/**
 * Sets that only grow and share what they have in common: each call of a long session has its own context, and neither their
 * number nor the length of the session may cost a copy each. Every chunk is at least twice as large as the next, so that
 * adding n texts one by one costs n·log n, and looking one up log n.
 */
import type { Texts } from '../model/context.ts'

interface Grown extends Texts {
  readonly chunks: readonly ReadonlySet<string>[]
}

const isGrown = (texts: Texts): texts is Grown => 'chunks' in texts

/** In the order in which they were added. The base itself where there is nothing new. */
export const grow = (base: Texts, more: Iterable<string>): Texts => {
  const fresh = new Set([...more].filter(text => !base.has(text)))
  if (fresh.size === 0) return base
  const chunks = [...(isGrown(base) ? base.chunks : [new Set(base)]), fresh]
  for (
    let [a, b] = chunks.slice(-2);
    a !== undefined && b !== undefined && a.size < 2 * b.size;
    [a, b] = chunks.slice(-2)
  ) {
    chunks.splice(-2, 2, new Set([...a, ...b]))
  }
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
