/** A list in pieces of bounded number and weight. What is heavier than a piece may be is a piece of its own. */
export interface PieceLimits {
  readonly count: number
  readonly weight: number
}

export function* piecesOf<Entry>(
  entries: readonly Entry[],
  limits: PieceLimits,
  weightOf: (entry: Entry) => number,
): Iterable<readonly Entry[]> {
  let piece: Entry[] = []
  let weight = 0
  for (const entry of entries) {
    const own = weightOf(entry)
    if (piece.length > 0 && (piece.length >= limits.count || weight + own > limits.weight)) {
      yield piece
      ;[piece, weight] = [[], 0]
    }
    piece.push(entry)
    weight += own
  }
  if (piece.length > 0) yield piece
}
