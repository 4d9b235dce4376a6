/** Where a text occurs in another, in linear time: the engine's own search is quadratic in long texts that repeat themselves. */

/** Up to this length the engine's search costs at most this many steps per character, and is far the fastest. */
const SHORT = 64

/** Per place of the needle, the length of the longest proper prefix that also ends there (Knuth, Morris, Pratt). */
const bordersOf = (needle: string): Int32Array => {
  const borders = new Int32Array(needle.length)
  for (let at = 1, length = 0; at < needle.length; at++) {
    const code = needle.charCodeAt(at)
    while (length > 0 && needle.charCodeAt(length) !== code) length = borders[length - 1] ?? 0
    if (needle.charCodeAt(length) === code) length++
    borders[at] = length
  }
  return borders
}

const someLong = (text: string, needle: string, accept: (at: number) => boolean): boolean => {
  const borders = bordersOf(needle)
  for (let at = 0, length = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    while (length > 0 && needle.charCodeAt(length) !== code) length = borders[length - 1] ?? 0
    if (needle.charCodeAt(length) === code) length++
    if (length < needle.length) continue
    if (accept(at + 1 - length)) return true
    length = borders[length - 1] ?? 0
  }
  return false
}

/** Whether `accept` holds for a place at which `needle` begins in `text`, from the left; overlapping places count. */
export const someOccurrence = (text: string, needle: string, accept: (at: number) => boolean): boolean => {
  if (needle === '' || needle.length > text.length) return false
  if (needle.length > SHORT) return someLong(text, needle, accept)
  for (let at = text.indexOf(needle); at >= 0; at = text.indexOf(needle, at + 1)) if (accept(at)) return true
  return false
}
