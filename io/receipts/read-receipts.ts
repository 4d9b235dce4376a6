/** A folder → its records in order, as they stand: nothing is verified. */
import { join } from 'node:path'
import type { Receipt } from '../../core/model/receipt.ts'
import { findSegments } from './find-segments.ts'
import { parseLine } from './parse-line.ts'
import { segmentLines } from './segment-lines.ts'

/** `unread`: is told of every line that is neither record nor seal. Throws what the file system throws. */
export async function* readReceipts(folder: string, unread: (where: string) => void): AsyncGenerator<Receipt> {
  const { names } = await findSegments(folder)
  for (const name of names)
    for await (const { bytes, number } of segmentLines(join(folder, name))) {
      const line = parseLine(bytes)
      if (line.kind === 'record') yield line.receipt
      if (line.kind === 'malformed') unread(`${name}:${number}`)
    }
}
