/**
 * Keyed digests of values. A plain digest of a short value is found again by trying; a keyed one only by who has the key, and
 * the key is never in the log.
 */
import { createHmac, type KeyObject } from 'node:crypto'

const keyed = (key: KeyObject, text: string): string => createHmac('sha256', key).update(text).digest('hex')

export const keyedDigest =
  (key: KeyObject): ((text: string) => string) =>
  text =>
    `hmac-sha256:${keyed(key, text)}`

/** Tells keys apart; says nothing about one that is as long and as random as it must be. */
export const digestKeyId = (key: KeyObject): string => keyed(key, 'ambit.receipts/digest-key-id').slice(0, 16)
