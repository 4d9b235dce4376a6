import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js'
import { canonicalJson } from './canonical.ts'
import type { DerivedPolicy } from './policy.ts'

export type Digest = `sha256:${string}`

/** SHA-256 of a text's UTF-8 bytes. */
export const digestText = (text: string): Digest => `sha256:${bytesToHex(sha256(utf8ToBytes(text)))}`

/** SHA-256 of the canonical JSON of a value. */
export const digest = (value: unknown): Digest => digestText(canonicalJson(value))

/** What a policy's `digest` field must say: the digest of everything else in it. */
export const policyDigest = (policy: Omit<DerivedPolicy, 'digest'>): Digest => digest({ ...policy, digest: undefined })
