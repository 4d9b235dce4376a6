import type { Recording } from '../../io/enforce/recording.ts'

export interface ReceiptOptions {
  readonly folder: string
  /** Files, or `env:NAME`; `ambit audit keygen` makes both. */
  readonly signingKey: string
  readonly digestKey: string
  /** Also what is allowed plainly. */
  readonly allows?: boolean
  /** Dimensions whose values may be kept in the clear, secrets excepted; and those of which nothing is kept. */
  readonly keep?: readonly string[]
  readonly hide?: readonly string[]
  /** Milliseconds since the epoch. */
  readonly now?: () => number
}

export interface Receipts extends Recording {
  /** Seals what was written. */
  close(): Promise<void>
}

/** A log of receipts in a folder. Rejects with an `Error` that says what is wrong. */
export const openReceipts = async (options: ReceiptOptions): Promise<Receipts> => {
  // Loaded when it is used: most programs that write receipts do so elsewhere.
  const { openReceipts: open } = await import('../../io/enforce/open-receipts.ts')
  const { folder, signingKey, digestKey, allows = false, keep = [], hide = [], now = Date.now } = options
  const opened = await open({ folder, signingKey, digestKey, allows, keep: [...keep], hide: [...hide] }, now)
  if (!opened.ok) {
    const [problem] = opened.problems
    throw new Error(
      `${problem?.code ?? 'file-unreadable'}: ${problem?.what ?? 'no receipts'} (${problem?.where ?? folder})`,
    )
  }
  const { recording, log } = opened.value
  return { ...recording, close: () => log.close() }
}
