/** 53-bit fingerprint of a name (cyrb53): for likeness and look-up in bounded memory, never an identity. */
export const hashName = (name: string): number => hashRange(name, 0, name.length)

/** {@link hashName} of what stands there in a text. */
export const hashRange = (text: string, from: number, to: number): number => {
  let a = 0xdeadbeef
  let b = 0x41c6ce57
  for (let at = from; at < to; at++) {
    const code = text.charCodeAt(at)
    a = Math.imul(a ^ code, 2654435761)
    b = Math.imul(b ^ code, 1597334677)
  }
  a = Math.imul(a ^ (a >>> 16), 2246822507) ^ Math.imul(b ^ (b >>> 13), 3266489909)
  b = Math.imul(b ^ (b >>> 16), 2246822507) ^ Math.imul(a ^ (a >>> 13), 3266489909)
  return 4294967296 * (2097151 & b) + (a >>> 0)
}
