/**
 * Prefixes → whether a text starts with one of them. Of prefixes none of which starts another, the only one that can fit is the
 * last that does not sort after the text: one search, whatever their number.
 */

/** Sorted by code units; what starts with another prefix adds nothing to it. */
const independent = (prefixes: readonly string[]): readonly string[] => {
  const kept: string[] = []
  for (const prefix of [...new Set(prefixes)].sort(byUnits)) {
    const last = kept.at(-1)
    if (last === undefined || !prefix.startsWith(last)) kept.push(prefix)
  }
  return kept
}

const byUnits = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/** The last of the sorted texts that does not sort after `text`, or null. */
const lastUpTo = (sorted: readonly string[], text: string): string | null => {
  let found: string | null = null
  for (let low = 0, high = sorted.length - 1; low <= high; ) {
    const middle = (low + high) >> 1
    const at = sorted[middle]
    if (at !== undefined && at <= text) {
      found = at
      low = middle + 1
    } else high = middle - 1
  }
  return found
}

export const startsWithOne = (prefixes: readonly string[]): ((text: string) => boolean) => {
  const sorted = independent(prefixes)
  const [only] = sorted
  if (only === undefined) return () => false
  if (sorted.length === 1) return text => text.startsWith(only)
  return text => {
    const near = lastUpTo(sorted, text)
    return near !== null && text.startsWith(near)
  }
}
