/**
 * Workload names → names that Kubernetes accepts. Workload names are untrusted and may be anything; manifests must stay
 * well-formed, and two workloads must never end up with the same name.
 */
import { digest } from '../model/digest.ts'

const DNS_LABEL = /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?$/
const LABEL_VALUE = /^[A-Za-z0-9](?:[-A-Za-z0-9_.]*[A-Za-z0-9])?$/
const LABEL_LENGTH = 63
/** 64 bits of SHA-256: too many for a workload that picks its own name to aim at another's. */
const HASH_LENGTH = 16
const LOOKS_HASHED = /(?:^|-)[0-9a-f]{16}$/

const slug = (text: string, length: number): string => {
  const hash = digest(text).slice('sha256:'.length).slice(0, HASH_LENGTH)
  const plain = text
    .slice(0, 1_000)
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, length - HASH_LENGTH - 1)
    .replace(/^-+|-+$/g, '')
  return plain === '' ? hash : `${plain}-${hash}`
}

/** A DNS-1123 label: `text` itself where it is one, else a slug that ends in its hash. */
export const dnsLabel = (text: string): string =>
  text.length <= LABEL_LENGTH && DNS_LABEL.test(text) ? text : slug(text, LABEL_LENGTH)

/**
 * A DNS-1123 label of at most `length` characters that no other text has: also a text that only looks as if it ended in a
 * hash gets its own.
 */
export const uniqueLabel = (text: string, length: number): string =>
  text.length <= length && DNS_LABEL.test(text) && !LOOKS_HASHED.test(text) ? text : slug(text, length)

/** A label value: `text` itself where it is one, else a slug that ends in its hash. */
export const labelValue = (text: string): string =>
  text.length <= LABEL_LENGTH && LABEL_VALUE.test(text) ? text : slug(text, LABEL_LENGTH)
