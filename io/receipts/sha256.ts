/** Digests of what is written. The same as `core/model/digest`, by the run time's own code: it is on every record's way. */
import { hash } from 'node:crypto'

/** `sha256:<hex>`; of a text, of its UTF-8 bytes. */
export const sha256 = (data: string | Uint8Array): string => `sha256:${hash('sha256', data, 'hex')}`
