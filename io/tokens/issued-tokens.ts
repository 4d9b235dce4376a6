/**
 * A JWT of a trusted issuer → its grant. Only asymmetric signatures; issuer, audience, expiry and subject must be there and fit.
 * Scopes are `ambit:decide`, `ambit:assert-context`, `ambit:record`, `ambit:approve` and `ambit:admin` in the claim `scope`,
 * for the workloads of the claim `ambit_workloads`; `ambit_workload` binds it to one.
 */
import { readFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { createLocalJWKSet, createRemoteJWKSet, errors, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from 'jose'
import { z } from 'zod'
import type { Checked, Grant } from './grant.ts'
import type { IssuerEntry } from './token-schema.ts'

const ALGORITHMS = ['EdDSA', 'Ed25519', 'ES256', 'ES384', 'ES512', 'PS256', 'PS384', 'PS512', 'RS256', 'RS384', 'RS512']
const CLOCK_TOLERANCE_SECONDS = 30
const FETCH_TIMEOUT = 5_000

const keySet = z.looseObject({ keys: z.array(z.looseObject({ kty: z.string() })) })

const claims = z.object({
  sub: z.string().min(1).max(256),
  scope: z.string().default(''),
  ambit_workloads: z.array(z.string()).default([]),
  ambit_workload: z.string().optional(),
})

/** Two issuers may use the same name for two callers. */
const grantOf = (payload: JWTPayload, issuer: string): Grant | null => {
  const read = claims.safeParse(payload)
  if (!read.success) return null
  const { sub, scope, ambit_workloads: workloads, ambit_workload: workload = null } = read.data
  const scopes = new Set(scope.split(' '))
  const within = (name: string): readonly string[] => (scopes.has(`ambit:${name}`) ? workloads : [])
  return {
    subject: `${issuer}#${sub}`,
    workload,
    decide: within('decide'),
    assertContext: within('assert-context'),
    record: within('record'),
    approve: within('approve'),
    admin: scopes.has('ambit:admin'),
  }
}

/** Rejects where a key file cannot be read. A URL is fetched when it is needed, at most every half minute. */
const keysOf = async (keys: string, file: string): Promise<JWTVerifyGetKey> => {
  if (/^https:\/\//i.test(keys)) return createRemoteJWKSet(new URL(keys), { timeoutDuration: FETCH_TIMEOUT })
  return createLocalJWKSet(keySet.parse(JSON.parse(await readFile(resolve(dirname(file), keys), 'utf8'))))
}

/** What went wrong says whether the caller or the issuer’s key server is to blame. */
const refusedBy = (error: unknown): Checked => {
  if (error instanceof errors.JWTExpired) return { ok: false, refused: 'expired' }
  const isUnreachable =
    error instanceof errors.JWKSTimeout ||
    !(error instanceof errors.JOSEError) ||
    // A key server that answers with something else than keys.
    error.code === 'ERR_JOSE_GENERIC' ||
    error instanceof errors.JWKSInvalid
  return { ok: false, refused: isUnreachable ? 'unavailable' : 'invalid' }
}

export type IssuedTokens = (token: string, now: number) => Promise<Checked>

/** `file`: the tokens file, beside which key files are. Rejects where a key file cannot be read. */
export const issuedTokens = async (entry: IssuerEntry, file: string): Promise<IssuedTokens> => {
  const keys = await keysOf(entry.keys, file)
  return async (token, now) => {
    try {
      const { payload } = await jwtVerify(token, keys, {
        issuer: entry.issuer,
        audience: entry.audience,
        algorithms: ALGORITHMS,
        clockTolerance: CLOCK_TOLERANCE_SECONDS,
        currentDate: new Date(now),
        requiredClaims: ['exp', 'sub'],
      })
      const grant = grantOf(payload, entry.issuer)
      return grant === null ? { ok: false, refused: 'invalid' } : { ok: true, grant }
    } catch (error) {
      return refusedBy(error)
    }
  }
}
