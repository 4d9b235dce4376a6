/** What a listener shows and asks for: its certificate and key, and who signs the certificates of its callers. */
import { readFile } from 'node:fs/promises'
import { done, failed, type Outcome } from '../problem.ts'

export interface Tls {
  readonly cert: string
  readonly key: string
  /** Certificates of those that may sign clients’; null: clients need none. */
  readonly clientCa: string | null
}

/** Paths, as a configuration names them. */
export interface TlsFiles {
  readonly cert?: string | undefined
  readonly key?: string | undefined
  readonly clientCa?: string | undefined
}

/** Null without certificate and key. Errors: `file-unreadable`. */
export const readTls = async ({ cert, key, clientCa }: TlsFiles): Promise<Outcome<Tls | null>> => {
  if (cert === undefined || key === undefined) return done(null)
  try {
    return done({
      cert: await readFile(cert, 'utf8'),
      key: await readFile(key, 'utf8'),
      clientCa: clientCa === undefined ? null : await readFile(clientCa, 'utf8'),
    })
  } catch (error) {
    // An error's own text may quote a key; its code never does.
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'it is not what it should be'
    return failed({
      code: 'file-unreadable',
      what: `a certificate or key cannot be read: ${code}`,
      where: cert,
      help: null,
    })
  }
}
