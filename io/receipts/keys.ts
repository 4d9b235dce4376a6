/**
 * Keys from files or the environment → what the log needs of them. Texts of errors never quote a key.
 *
 * The digest key is a file's text without its final line feed, so that other tools can take it as it is
 * (`openssl dgst -sha256 -hmac "$(cat digest-key)"`).
 */
import { createPrivateKey, createPublicKey, createSecretKey, type KeyObject } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { done, failed, type Outcome, type Problem } from '../problem.ts'

/** A file's path, or `env:NAME` for the value of an environment variable. */
export type KeyPlace = string

const ENVIRONMENT = 'env:'
const DIGEST_KEY_BYTES = 32

const unreadable = (where: KeyPlace, why: string): Problem => ({
  code: 'file-unreadable',
  what: `the key cannot be read: ${why}`,
  where,
  help: 'make keys with `ambit audit keygen`',
})

const invalid = (where: KeyPlace, what: string): Problem => ({
  code: 'key-invalid',
  what,
  where,
  help: 'make keys with `ambit audit keygen`',
})

const textAt = async (place: KeyPlace): Promise<Outcome<string>> => {
  if (place.startsWith(ENVIRONMENT)) {
    const text = process.env[place.slice(ENVIRONMENT.length)]
    return text === undefined ? failed(unreadable(place, 'the variable is not set')) : done(text)
  }
  try {
    return done(await readFile(place, 'utf8'))
  } catch (error) {
    return failed(unreadable(place, error instanceof Error && 'code' in error ? String(error.code) : 'unknown error'))
  }
}

const keyAt = async (place: KeyPlace, read: (text: string) => KeyObject, kind: string): Promise<Outcome<KeyObject>> => {
  const text = await textAt(place)
  if (!text.ok) return text
  try {
    const key = read(text.value)
    if (key.asymmetricKeyType === 'ed25519') return done(key)
  } catch {
    // Said below: what the library says of it may quote it.
  }
  return failed(invalid(place, `not ${kind}`))
}

/** Errors: `file-unreadable`, `key-invalid`. */
export const readSigningKey = (place: KeyPlace): Promise<Outcome<KeyObject>> =>
  keyAt(place, createPrivateKey, 'an Ed25519 private key in PEM')

/** Errors: `file-unreadable`, `key-invalid`. A private key gives its public half. */
export const readPublicKey = (place: KeyPlace): Promise<Outcome<KeyObject>> =>
  keyAt(place, createPublicKey, 'an Ed25519 public key in PEM')

/** Errors: `file-unreadable`, `key-invalid`. */
export const readDigestKey = async (place: KeyPlace): Promise<Outcome<KeyObject>> => {
  const text = await textAt(place)
  if (!text.ok) return text
  const bytes = Buffer.from(text.value.replace(/\r?\n$/, ''))
  if (bytes.length >= DIGEST_KEY_BYTES) return done(createSecretKey(bytes))
  return failed(
    invalid(place, `a digest key has at least ${DIGEST_KEY_BYTES} random bytes, and this one has ${bytes.length}`),
  )
}
