/**
 * What kind of task a session is: the words of the user's request with digits masked, as small hashes. Sessions with alike
 * signatures are one cluster (`derive/clusters`).
 */
const MASK = /\p{N}+/gu
/** The smallest hashes are kept, whatever the order: a request of any length has a bounded signature. */
export const SIGNATURE_SIZE = 256

/** FNV-1a, 32 bits: a fingerprint for likeness, never an identity. */
const hash = (word: string): number => {
  let state = 0x811c9dc5
  for (let at = 0; at < word.length; at++) state = Math.imul(state ^ word.charCodeAt(at), 0x01000193)
  return state >>> 0
}

export const addToSignature = (signature: Set<number>, text: string): void => {
  const words = text
    .normalize('NFKC')
    .toLowerCase()
    .replace(MASK, '#')
    .split(/[^\p{L}#]+/u)
  for (const word of words) if (word !== '') signature.add(hash(word))
  bound(signature)
}

export const bound = (signature: Set<number>): void => {
  if (signature.size <= SIGNATURE_SIZE) return
  for (const dropped of [...signature].sort((a, b) => a - b).slice(SIGNATURE_SIZE)) signature.delete(dropped)
}
