/** A new bearer token, and what the tokens file keeps of it. */
import { createHash, randomBytes } from 'node:crypto'

/** 256 bits: nobody finds it by guessing, so a plain digest is enough to keep. */
const BYTES = 32

export const newToken = (): { readonly token: string; readonly sha256: string } => {
  const token = `ambit_${randomBytes(BYTES).toString('base64url')}`
  return { token, sha256: createHash('sha256').update(token, 'utf8').digest('hex') }
}
