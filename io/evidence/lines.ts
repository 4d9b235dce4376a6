/** A text that arrives in pieces → its lines, in bounded memory. */
import { RECORD_LENGTH, type Split } from './split-records.ts'

/** Cuts a text that arrives in pieces into lines; a line beyond the limit is dropped while it arrives. */
export const createLines = (add: (line: string | null) => readonly Split[]) => {
  let parts: string[] = []
  let length = 0
  const take = (): string | null => {
    const line = length > RECORD_LENGTH ? null : parts.join('')
    parts = []
    length = 0
    return line
  }
  const keep = (part: string): void => {
    length += part.length
    if (length > RECORD_LENGTH) parts = []
    else parts.push(part)
  }
  return {
    push: (text: string): readonly Split[] => {
      const splits: Split[] = []
      let from = 0
      for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', from)) {
        keep(text.slice(from, at))
        from = at + 1
        splits.push(...add(take()))
      }
      if (from < text.length) keep(text.slice(from))
      return splits
    },
    take,
  }
}
