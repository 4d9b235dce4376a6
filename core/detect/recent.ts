/** A map that forgets what was used the longest ago: the bound under everything that detection remembers by name. */

export interface Recent<V> {
  /** Using an entry makes it the latest. */
  get(key: string): V | undefined
  /** Gives the value back. */
  set(key: string, value: V): V
  /** From the one that was not used for longest. */
  readonly values: () => readonly V[]
  readonly size: () => number
  /** Entries that were forgotten. */
  readonly forgotten: () => number
}

export const createRecent = <V>(cap: number): Recent<V> => {
  const entries = new Map<string, V>()
  let forgotten = 0
  return {
    get: key => {
      const value = entries.get(key)
      if (value === undefined) return undefined
      entries.delete(key)
      entries.set(key, value)
      return value
    },
    set: (key, value) => {
      entries.delete(key)
      entries.set(key, value)
      for (const oldest of entries.keys()) {
        if (entries.size <= cap) break
        entries.delete(oldest)
        forgotten++
      }
      return value
    },
    values: () => [...entries.values()],
    size: () => entries.size,
    forgotten: () => forgotten,
  }
}
