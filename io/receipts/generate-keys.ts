/** New keys for a log: one that signs, its public half for whoever verifies, and one that digests what records must not hold. */
import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { mkdir, open } from 'node:fs/promises'
import { join } from 'node:path'
import { done, failed, type Outcome } from '../problem.ts'
import { fingerprint } from './dsse.ts'

export interface GeneratedKeys {
  readonly signingKey: string
  readonly publicKey: string
  readonly digestKey: string
  /** Of the public key: what seals name. */
  readonly keyid: string
}

/** Never over a key that is there: what it sealed could not be verified any more. */
const writeNew = async (path: string, text: string, mode: number): Promise<void> => {
  const handle = await open(path, 'wx', mode)
  try {
    await handle.writeFile(text)
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** Errors: `output-failed`, also where a key is there already. */
export const generateKeys = async (folder: string): Promise<Outcome<GeneratedKeys>> => {
  const pair = generateKeyPairSync('ed25519')
  const keys: GeneratedKeys = {
    signingKey: join(folder, 'signing-key.pem'),
    publicKey: join(folder, 'public-key.pem'),
    digestKey: join(folder, 'digest-key'),
    keyid: fingerprint(pair.publicKey),
  }
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 })
    await writeNew(keys.signingKey, pair.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(), 0o600)
    await writeNew(keys.publicKey, pair.publicKey.export({ type: 'spki', format: 'pem' }).toString(), 0o644)
    await writeNew(keys.digestKey, `${randomBytes(32).toString('hex')}\n`, 0o600)
    return done(keys)
  } catch (error) {
    const isThere = error instanceof Error && 'code' in error && error.code === 'EEXIST'
    return failed({
      code: 'output-failed',
      what: isThere ? 'there is a key already' : 'a key cannot be written',
      where: folder,
      help: isThere ? 'name another folder; what a key sealed needs it for as long as the log is kept' : null,
    })
  }
}
