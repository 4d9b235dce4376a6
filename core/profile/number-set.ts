/** A set of whole numbers as sorted ranges: a stream that came whole takes one, in whatever order it came. */
export interface NumberSet {
  /** False where it was there. */
  add(number: number): boolean
  readonly size: () => number
  /** 0 for none. */
  readonly last: () => number
}

export const createNumberSet = (): NumberSet => {
  const froms: number[] = []
  const tos: number[] = []
  let size = 0

  /** How many ranges begin at or below the number. */
  const upTo = (number: number): number => {
    let [low, high] = [0, froms.length]
    // In order is the usual order.
    if (high > 0 && (froms[high - 1] ?? 0) <= number) return high
    while (low < high) {
      const middle = (low + high) >> 1
      if ((froms[middle] ?? 0) <= number) low = middle + 1
      else high = middle
    }
    return low
  }

  return {
    add: number => {
      const next = upTo(number)
      const [before, after] = [tos[next - 1], froms[next]]
      if (before !== undefined && number <= before) return false
      size += 1
      const [joins, meets] = [before === number - 1, after === number + 1]
      if (joins && meets) {
        tos[next - 1] = tos[next] ?? number
        froms.splice(next, 1)
        tos.splice(next, 1)
      } else if (joins) tos[next - 1] = number
      else if (meets) froms[next] = number
      else {
        froms.splice(next, 0, number)
        tos.splice(next, 0, number)
      }
      return true
    },
    size: () => size,
    last: () => tos.at(-1) ?? 0,
  }
}
