/** A seed and a label → repeatable choices. The example must do the same on every machine, so nothing else is random here. */
export interface Random {
  /** 0 ≤ n < 1 */
  next(): number
  /** An integer from min to max, both included. */
  integer(min: number, max: number): number
  pick<T>(from: readonly [T, ...T[]]): T
  shuffle<T>(of: readonly T[]): T[]
}

const hash = (text: string): number => {
  let state = 0x811c9dc5
  for (let index = 0; index < text.length; index++) state = Math.imul(state ^ text.charCodeAt(index), 0x01000193)
  return state >>> 0
}

/** Mulberry32 over the hash of both: what one label draws does not depend on what another one drew. */
export const random = (seed: number, label: string): Random => {
  let state = hash(`${seed}/${label}`)
  const next = () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const integer = (min: number, max: number) => min + Math.floor(next() * (max - min + 1))
  return {
    next,
    integer,
    pick: from => from[integer(0, from.length - 1)] ?? from[0],
    shuffle: of => {
      const order = of.map(item => ({ item, key: next() }))
      return order.sort((a, b) => a.key - b.key).map(entry => entry.item)
    },
  }
}
