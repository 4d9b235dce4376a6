/** In the thread that seals: batches one after the other, each behind the one before or where it is told to go on. */
import type { MessagePort } from 'node:worker_threads'
import { createBatchBytes } from './batch-bytes.ts'
import type { Gathered } from './gathered.ts'
import { type SealKeys, sealBatch } from './seal-batch.ts'
import type { Place } from './tail.ts'

export type Asked =
  | { readonly kind: 'keys'; readonly keys: SealKeys }
  | {
      readonly kind: 'batch'
      readonly parts: readonly Gathered[]
      /** `behind`: behind the last batch that was sealed here. */
      readonly from: Place | null | 'behind'
      /** Memory of a batch that is written, to be used again. */
      readonly spare: Uint8Array<ArrayBuffer> | null
    }

export type Answered =
  | { readonly kind: 'ready' }
  | {
      readonly kind: 'sealed'
      /** With the sealed bytes at its beginning. */
      readonly memory: Uint8Array<ArrayBuffer>
      readonly length: number
      readonly next: Place
      /** The memory that the records came in. */
      readonly emptied: readonly Uint8Array<ArrayBuffer>[]
    }

export const serveSealing = (port: MessagePort): void => {
  const memory = createBatchBytes()
  let known: SealKeys | null = null
  let last: Place | null = null
  const answer = (answered: Answered, moved: readonly ArrayBuffer[]): void => port.postMessage(answered, [...moved])
  port.on('message', (asked: Asked) => {
    if (asked.kind === 'keys') {
      known = asked.keys
      answer({ kind: 'ready' }, [])
      return
    }
    // What is thrown here ends the thread, and with it what waits for it: refused.
    if (known === null) throw new Error('a batch came before the keys')
    const { parts, from, spare } = asked
    const { bytes, next } = sealBatch(parts, from === 'behind' ? last : from, known, memory)
    last = next
    const sealed = memory.exchange(spare)
    const emptied = parts.map(part => part.bytes)
    answer({ kind: 'sealed', memory: sealed, length: bytes.length, next, emptied }, [
      sealed.buffer,
      ...emptied.map(({ buffer }) => buffer),
    ])
  })
}
