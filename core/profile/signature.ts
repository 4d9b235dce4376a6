/**
 * What kind of task a session is: the words of the user's request with digits masked, as small hashes. Sessions with alike
 * signatures are one cluster (`derive/clusters`).
 */
import { taskWords } from '../policy/task-words.ts'

/** The smallest hashes are kept, whatever the order: a request of any length has a bounded signature. */
const SIGNATURE_SIZE = 256

export const addToSignature = (signature: Set<number>, text: string): void => {
  for (const word of taskWords(text)) signature.add(word)
  bound(signature)
}

export const bound = (signature: Set<number>): void => {
  if (signature.size <= SIGNATURE_SIZE) return
  for (const dropped of [...signature].sort((a, b) => a - b).slice(SIGNATURE_SIZE)) signature.delete(dropped)
}
