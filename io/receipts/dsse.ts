/**
 * DSSE envelopes (https://github.com/secure-systems-lab/dsse) with one Ed25519 signature. What is signed is the pre-authentication
 * encoding of type and payload, so a signature for one purpose is none for another.
 */
import { createPublicKey, type KeyObject, sign, verify } from 'node:crypto'
import { canonicalJson } from '../../core/model/canonical.ts'
import { sha256 } from './sha256.ts'

export const PAYLOAD_TYPE = 'application/vnd.ambit.receipts+json'

export interface Envelope {
  /** Base64. */
  readonly payload: string
  readonly payloadType: string
  readonly signatures: readonly [{ readonly keyid: string; readonly sig: string }]
}

export const preAuthEncoding = (type: string, payload: Uint8Array): Buffer =>
  Buffer.concat([Buffer.from(`DSSEv1 ${Buffer.byteLength(type)} ${type} ${payload.length} `), payload])

/** `sha256:<hex>` of the public key in its SubjectPublicKeyInfo form; for a private key, of its public half. */
export const fingerprint = (key: KeyObject): string =>
  sha256((key.type === 'private' ? createPublicKey(key) : key).export({ type: 'spki', format: 'der' }))

/** One line of canonical JSON, without the line feed. */
export const seal = (payload: string, key: KeyObject, keyid: string): string => {
  const bytes = Buffer.from(payload)
  const sig = sign(null, preAuthEncoding(PAYLOAD_TYPE, bytes), key).toString('base64')
  const envelope: Envelope = {
    payload: bytes.toString('base64'),
    payloadType: PAYLOAD_TYPE,
    signatures: [{ keyid, sig }],
  }
  return canonicalJson(envelope)
}

export const isSealedBy = ({ payload, payloadType, signatures }: Envelope, key: KeyObject): boolean =>
  payloadType === PAYLOAD_TYPE &&
  verify(
    null,
    preAuthEncoding(payloadType, Buffer.from(payload, 'base64')),
    key,
    Buffer.from(signatures[0].sig, 'base64'),
  )
