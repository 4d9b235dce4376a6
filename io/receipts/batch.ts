/** Records that become durable together, and the one promise that all who appended them wait for. */
import { type Gathering, gather } from './gathered.ts'
import type { ReceiptRefused } from './receipt-sink.ts'

export interface Batch extends Gathering {
  /** Characters. */
  size: number
  /** Milliseconds since the epoch, of its first record. */
  readonly began: number
  readonly written: Promise<void>
  readonly resolve: () => void
  readonly reject: (error: ReceiptRefused) => void
}

/** `memory`: to gather in. */
export const newBatch = (memory: Uint8Array<ArrayBuffer>, began: number): Batch => {
  let [resolve, reject]: [() => void, (error: ReceiptRefused) => void] = [() => undefined, () => undefined]
  const written = new Promise<void>((onDone, onError) => {
    ;[resolve, reject] = [onDone, onError]
  })
  return { ...gather(memory), size: 0, began, written, resolve, reject }
}
