/**
 * Chunks of something that only grows, each at least twice as large as the next, so that adding n things one by one costs n·log n and looking one
 * up log n: each call of a long session has its own context, and neither their number nor the length of the session may cost a copy each.
 */
interface Sized {
  readonly size: number
}

/** `fresh`: what no chunk has. What was there stays as it is for whoever holds it. */
export const withChunk = <Chunk extends Sized>(
  chunks: readonly Chunk[],
  fresh: Chunk,
  join: (a: Chunk, b: Chunk) => Chunk,
): readonly Chunk[] => {
  if (fresh.size === 0) return chunks
  const all = [...chunks, fresh]
  for (let [a, b] = all.slice(-2); a !== undefined && b !== undefined && a.size < 2 * b.size; [a, b] = all.slice(-2)) {
    all.splice(-2, 2, join(a, b))
  }
  return all
}
