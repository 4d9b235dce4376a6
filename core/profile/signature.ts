/**
 * What kind of task a session is: the words of the user's request with digits masked, as small hashes. Sessions with alike
 * signatures are one cluster (`derive/clusters`).
 */
import { hashName } from '../policy/name-hash.ts'

const MASK = /\p{N}+/gu
/** The smallest hashes are kept, whatever the order: a request of any length has a bounded signature. */
const SIGNATURE_SIZE = 256

export const addToSignature = (signature: Set<number>, text: string): void => {
  const words = text
    .normalize('NFKC')
    .toLowerCase()
    .replace(MASK, '#')
    .split(/[^\p{L}#]+/u)
  for (const word of words) if (word !== '') signature.add(hashName(word))
  bound(signature)
}

export const bound = (signature: Set<number>): void => {
  if (signature.size <= SIGNATURE_SIZE) return
  for (const dropped of [...signature].sort((a, b) => a - b).slice(SIGNATURE_SIZE)) signature.delete(dropped)
}
