/** A presented token × the digests in the tokens file → its grant. */
import { createHash, timingSafeEqual } from 'node:crypto'
import type { Checked } from './grant.ts'
import type { TokenEntry } from './token-schema.ts'

interface Known {
  readonly digest: Buffer
  readonly entry: TokenEntry
}

/**
 * Null: none of these. How long it takes tells nothing: digests are compared, all of them, each in constant time.
 */
export const staticTokens = (entries: readonly TokenEntry[]): ((token: string, now: number) => Checked | null) => {
  const known: readonly Known[] = entries.map(entry => ({ digest: Buffer.from(entry.sha256, 'hex'), entry }))
  return (token, now) => {
    const presented = createHash('sha256').update(token, 'utf8').digest()
    let found: TokenEntry | null = null
    for (const { digest, entry } of known) if (timingSafeEqual(digest, presented)) found ??= entry
    if (found === null) return null
    // A time that cannot be read is one that has passed.
    if (found.notAfter !== undefined && !(now <= Date.parse(found.notAfter))) return { ok: false, refused: 'expired' }
    const { subject, workload = null, decide, assertContext, record, approve, admin } = found
    return { ok: true, grant: { subject, workload, decide, assertContext, record, approve, admin } }
  }
}
