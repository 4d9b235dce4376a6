/** Bearer tokens: digests in a file, JWTs of trusted issuers; what is refused, and why. */
import { createHash, createHmac, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { covers } from '../../core/model/workload-pattern.ts'
import { type Authenticate, readTokens } from '../../io/tokens/authenticate.ts'
import { newToken } from '../../io/tokens/new-token.ts'

const NOW = Date.UTC(2026, 0, 20)
const ISSUER = 'https://id.example.com/'
const AUDIENCE = 'ambit'

const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

const { publicKey, privateKey } = generateKeyPairSync('ed25519')
const other = generateKeyPairSync('ed25519')

const CLAIMS = {
  iss: ISSUER,
  aud: AUDIENCE,
  sub: 'gateway-7',
  exp: NOW / 1_000 + 60,
  scope: 'openid ambit:decide ambit:record ambit:approve',
  ambit_workloads: ['bank/*'],
}
const jwt = (claims: object, key: KeyObject = privateKey, header: object = { alg: 'EdDSA', kid: 'k1' }): string => {
  const body = `${part(header)}.${part(claims)}`
  return `${body}.${sign(null, Buffer.from(body), key).toString('base64url')}`
}

let folder = ''
const read = async (content: unknown) => {
  const file = join(folder, `${sha256(JSON.stringify(content)).slice(0, 12)}.yaml`)
  await writeFile(file, JSON.stringify(content))
  return readTokens(file)
}
const opened = async (content: unknown): Promise<Authenticate> => {
  const tokens = await read(content)
  if (!tokens.ok) throw new Error(JSON.stringify(tokens.problems))
  return tokens.value
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ambit-tokens-'))
  const key = { ...publicKey.export({ format: 'jwk' }), kid: 'k1', alg: 'EdDSA', use: 'sig' }
  await writeFile(join(folder, 'keys.json'), JSON.stringify({ keys: [key] }))
})
afterAll(() => rm(folder, { recursive: true }))

describe('tokens by their digest', () => {
  test('a made token is accepted by its entry, and by no other', async () => {
    const [one, two] = [newToken(), newToken()]
    const check = await opened({ tokens: [{ subject: 'one', sha256: one.sha256, decide: ['a/b'] }] })
    expect(await check(`Bearer ${one.token}`, NOW)).toEqual({
      ok: true,
      grant: {
        subject: 'one',
        workload: null,
        decide: ['a/b'],
        assertContext: [],
        record: [],
        approve: [],
        admin: false,
      },
    })
    expect(await check(`Bearer ${two.token}`, NOW)).toEqual({ ok: false, refused: 'invalid' })
    expect(one.token.length).toBeGreaterThan(40)
  })

  test.each([
    ['nothing', undefined, 'missing'],
    ['an empty header', '', 'invalid'],
    ['another scheme', 'Basic dDp0', 'invalid'],
    ['no token', 'Bearer ', 'invalid'],
    ['two tokens', 'Bearer t t', 'invalid'],
    ['the digest itself', `Bearer ${sha256('t')}`, 'invalid'],
    ['a token of another time', 'Bearer old', 'expired'],
    ['a control character', 'Bearer t\u0000', 'invalid'],
  ])('%s is refused', async (_, header, refused) => {
    const tokens = [
      { subject: 't', sha256: sha256('t') },
      { subject: 'old', sha256: sha256('old'), notAfter: '2026-01-19T23:59:59Z' },
    ]
    expect(await (await opened({ tokens }))(header, NOW)).toEqual({ ok: false, refused })
  })

  test.each([
    ['a token instead of its digest', { tokens: [{ subject: 't', sha256: 'my-token' }] }],
    ['a field that is not known', { tokens: [{ subject: 't', sha256: sha256('t'), scopes: ['all'] }] }],
    ['a pattern that names nothing', { tokens: [{ subject: 't', sha256: sha256('t'), decide: ['bank/a*'] }] }],
    ['a key file that is not there', { issuers: [{ issuer: ISSUER, audience: AUDIENCE, keys: 'missing.json' }] }],
    ['keys over plain HTTP', { issuers: [{ issuer: ISSUER, audience: AUDIENCE, keys: 'http://id.example.com/keys' }] }],
  ])('a file with %s is not read', async (_, content) => {
    expect((await read(content)).ok).toBe(false)
  })

  test('patterns cover whole names only', () => {
    expect(covers(['bank/*'], 'bank/assistant')).toBe(true)
    expect(covers(['*'], 'bank/assistant')).toBe(true)
    expect(covers(['bank/assistant'], 'bank/assistant')).toBe(true)
    for (const workload of ['banks/assistant', 'bank', 'Bank/assistant', 'x/bank/assistant'])
      expect(covers(['bank/*', 'bank/assistant2'], workload)).toBe(false)
  })
})

describe('JWTs of a trusted issuer', () => {
  const checking = () => opened({ issuers: [{ issuer: ISSUER, audience: AUDIENCE, keys: 'keys.json' }] })

  test('scopes hold for the workloads that the token names', async () => {
    expect(await (await checking())(`Bearer ${jwt(CLAIMS)}`, NOW)).toEqual({
      ok: true,
      grant: {
        subject: `${ISSUER}#gateway-7`,
        workload: null,
        decide: ['bank/*'],
        assertContext: [],
        record: ['bank/*'],
        approve: ['bank/*'],
        admin: false,
      },
    })
  })

  const hmac = (claims: object): string => {
    const body = `${part({ alg: 'HS256', kid: 'k1' })}.${part(claims)}`
    const secret = publicKey.export({ format: 'der', type: 'spki' })
    return `${body}.${createHmac('sha256', secret).update(body).digest('base64url')}`
  }
  const { exp: _exp, ...withoutExpiry } = CLAIMS
  const { sub: _sub, ...withoutSubject } = CLAIMS
  test.each([
    ['another key', jwt(CLAIMS, other.privateKey), 'invalid'],
    ['no signature', `${part({ alg: 'none' })}.${part(CLAIMS)}.`, 'invalid'],
    ['a signature with the public key as a secret', hmac(CLAIMS), 'invalid'],
    ['another issuer', jwt({ ...CLAIMS, iss: 'https://evil.example/' }), 'invalid'],
    ['another audience', jwt({ ...CLAIMS, aud: 'other' }), 'invalid'],
    ['an end that has passed', jwt({ ...CLAIMS, exp: NOW / 1_000 - 60 }), 'expired'],
    ['a start that is to come', jwt({ ...CLAIMS, nbf: NOW / 1_000 + 600 }), 'invalid'],
    ['no end', jwt(withoutExpiry), 'invalid'],
    ['no subject', jwt(withoutSubject), 'invalid'],
    ['workloads that are no list', jwt({ ...CLAIMS, ambit_workloads: '*' }), 'invalid'],
    ['a changed claim', jwt(CLAIMS).replace(part(CLAIMS), part({ ...CLAIMS, scope: 'ambit:admin' })), 'invalid'],
    ['a key that nobody has', jwt(CLAIMS, privateKey, { alg: 'EdDSA', kid: 'k2' }), 'invalid'],
  ])('%s is refused', async (_, token, refused) => {
    expect(await (await checking())(`Bearer ${token}`, NOW)).toEqual({ ok: false, refused })
  })

  describe('with keys at a URL', () => {
    let server: Server
    let url = ''
    beforeAll(async () => {
      // Nobody trusts its certificate: the keys cannot be had.
      server = createServer({}, (_, response) => response.end())
      await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
      url = `https://127.0.0.1:${(server.address() as AddressInfo).port}/keys`
    })
    afterAll(() => server.close())

    test('that cannot be had it is not known who calls, which is not the same as a wrong token', async () => {
      const check = await opened({ issuers: [{ issuer: ISSUER, audience: AUDIENCE, keys: url }] })
      expect(await check(`Bearer ${jwt(CLAIMS)}`, NOW)).toEqual({ ok: false, refused: 'unavailable' })
      expect(await check('Bearer anything', NOW)).toEqual({ ok: false, refused: 'invalid' })
    })
  })
})
