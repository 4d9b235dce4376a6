/** An unknown word → the known word that was probably meant, by edit distance. */

/** Levenshtein distance with transpositions of neighbours counted as one edit; words longer than 64 never match. */
const distance = (a: string, b: string): number => {
  let before: number[] = []
  let previous = Array.from({ length: b.length + 1 }, (_, column) => column)
  for (let row = 1; row <= a.length; row++) {
    const current = [row]
    for (let column = 1; column <= b.length; column++) {
      const same = a[row - 1] === b[column - 1]
      const swapped = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]
      current[column] = Math.min(
        (previous[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1,
        (previous[column - 1] ?? 0) + (same ? 0 : 1),
        swapped ? (before[column - 2] ?? 0) + 1 : Number.POSITIVE_INFINITY,
      )
    }
    before = previous
    previous = current
  }
  return previous[b.length] ?? 0
}

const plainForm = (word: string): string => word.toLowerCase().replaceAll(/[-_ ]/g, '')

/** The nearest of `known`, at most a third of its letters away; null where nothing is near. */
export const suggest = (word: string, known: readonly string[]): string | null => {
  if (word.length > 64) return null
  let best: { readonly word: string; readonly edits: number } | null = null
  for (const candidate of known) {
    const edits = distance(plainForm(word), plainForm(candidate))
    const near = edits <= Math.max(1, Math.floor(candidate.length / 3))
    if (near && (best === null || edits < best.edits)) best = { word: candidate, edits }
  }
  return best?.word ?? null
}
