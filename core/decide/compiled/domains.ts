/** Names and parents → whether a host is one of the names or below one of the parents. Look-ups, one per length of a parent. */

const DOT = 46

export const inOneDomain = (names: readonly string[], parents: readonly string[]): ((host: string) => boolean) => {
  const known = new Set(names.map(name => name.toLowerCase()))
  const above = new Set(parents.map(parent => parent.toLowerCase()))
  const lengths = [...new Set([...above].map(parent => parent.length))]
  return text => {
    const lower = text.toLowerCase()
    const host = lower.endsWith('.') ? lower.slice(0, -1) : lower
    if (known.has(host)) return true
    for (const length of lengths) {
      const from = host.length - length
      if (from > 0 && host.charCodeAt(from - 1) === DOT && above.has(host.slice(from))) return true
    }
    return false
  }
}
