/** How deep in brackets a text ends, fed line by line: whether a JSON document is complete, without parsing it twice. */
export interface Depth {
  open: number
  /** The text cannot become JSON: a string is not closed at the end of its line, or a bracket closes nothing. */
  broken: boolean
}

const TOKEN = /["{}[\]]/g
const STRING_END = /["\\]/g

const stringEnd = (line: string, from: number): number => {
  for (let at = from; ; at = STRING_END.lastIndex + 1) {
    STRING_END.lastIndex = at
    const match = STRING_END.exec(line)
    if (match === null) return -1
    if (match[0] === '"') return match.index
  }
}

/** Adds one line up to where the outermost bracket closes: the index after it, or -1 where it does not. */
export const measure = (depth: Depth, line: string): number => {
  for (let at = 0; ; ) {
    TOKEN.lastIndex = at
    const match = TOKEN.exec(line)
    if (match === null) return -1
    at = match.index + 1
    if (match[0] === '"') {
      const end = stringEnd(line, at)
      if (end < 0) {
        depth.broken = true
        return -1
      }
      at = end + 1
    } else if (match[0] === '{' || match[0] === '[') {
      depth.open += 1
    } else {
      depth.open -= 1
      if (depth.open === 0) return at
      if (depth.open < 0) {
        depth.broken = true
        return -1
      }
    }
  }
}
