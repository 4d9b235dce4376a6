/**
 * An `Authorization` header → who calls, or why not. What is refused never says more than that: no token, digest or claim is
 * part of any answer, error or log.
 */
import { readFile } from 'node:fs/promises'
import { decodeJwt } from 'jose'
import { done, failed, type Outcome, type Problem } from '../problem.ts'
import { checkYaml } from '../yaml/check-yaml.ts'
import { readYaml } from '../yaml/read-yaml.ts'
import type { Checked } from './grant.ts'
import { type IssuedTokens, issuedTokens } from './issued-tokens.ts'
import { staticTokens } from './static-tokens.ts'
import { tokensSchema } from './token-schema.ts'

/** `now` in milliseconds since the epoch. Never rejects. */
export type Authenticate = (header: string | undefined, now: number) => Promise<Checked>

const MAX_CHARACTERS = 1_048_576
const BEARER = /^Bearer +([A-Za-z0-9._~+/-]+=*)$/i

/** Who signed it is read without checking, to know whose keys check it. */
const claimedIssuer = (token: string): string | null => {
  try {
    return decodeJwt(token).iss ?? null
  } catch {
    return null
  }
}

const unreadable = (where: string, error: unknown): Problem => ({
  code: 'file-unreadable',
  what: `cannot be read: ${error instanceof Error && 'code' in error ? String(error.code) : 'it is not what it should be'}`,
  where,
  help: null,
})

/** Reads the tokens file. Errors: those of reading YAML, `field-unknown`, `field-invalid`, `file-unreadable`. */
export const readTokens = async (file: string): Promise<Outcome<Authenticate>> => {
  let text: string
  try {
    text = await readFile(file, 'utf8')
  } catch (error) {
    return failed(unreadable(file, error))
  }
  const yaml = readYaml(text, file, MAX_CHARACTERS)
  if (!yaml.ok) return yaml
  const checked = checkYaml(yaml.value, tokensSchema)
  if (!checked.ok) return checked
  const byDigest = staticTokens(checked.value.tokens)
  const byIssuer = new Map<string, IssuedTokens>()
  for (const entry of checked.value.issuers) {
    try {
      byIssuer.set(entry.issuer, await issuedTokens(entry, file))
    } catch (error) {
      return failed(unreadable(entry.keys, error))
    }
  }
  return done(async (header, now) => {
    if (header === undefined) return { ok: false, refused: 'missing' }
    const token = BEARER.exec(header)?.[1]
    if (token === undefined) return { ok: false, refused: 'invalid' }
    const known = byDigest(token, now)
    if (known !== null) return known
    const issuer = claimedIssuer(token)
    const issued = issuer === null ? undefined : byIssuer.get(issuer)
    return issued === undefined ? { ok: false, refused: 'invalid' } : issued(token, now)
  })
}
