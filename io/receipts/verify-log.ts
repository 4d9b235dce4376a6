/** A folder of receipts → what is wrong with it, offline: chain, sequence, seals, signatures, times, and what was set aside. */
import type { KeyObject } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Receipt } from '../../core/model/receipt.ts'
import { findSegments } from './find-segments.ts'
import type { Finding } from './findings.ts'
import type { Head } from './head.ts'
import { createLogWalk, type Walked } from './log-walk.ts'
import { segmentLines } from './segment-lines.ts'
import { isTornName } from './segment-name.ts'
import { sha256 } from './sha256.ts'

export interface VerifyLogOptions {
  readonly folder: string
  /** Public keys by fingerprint; a log whose writer changed keys has several. */
  readonly keys: ReadonlyMap<string, KeyObject>
  readonly head: Head | null
  readonly onRecord: (receipt: Receipt, where: string) => void
}

export interface VerifiedLog extends Walked {
  /** Gaps that the log itself tells of: after a crash, or a disk that took no more. */
  readonly recoveries: readonly { readonly where: string; readonly cause: 'torn' | 'refused'; readonly count: number }[]
}

interface Aside {
  readonly where: string
  readonly file: string
  readonly digest: string | null
}

/** The name comes from a record: it leads nowhere else. */
const asideFinding = async (folder: string, { where, file, digest }: Aside): Promise<Finding | null> => {
  const unlike = (detail: string): Finding => ({ code: 'aside-unlike', where, records: null, detail })
  if (!isTornName(file)) return unlike('not a name that a writer gives')
  try {
    return sha256(await readFile(join(folder, file))) === digest ? null : unlike(`\`${file}\` was changed`)
  } catch {
    return unlike(`\`${file}\` cannot be read`)
  }
}

/** Throws what the file system throws. */
export const verifyLog = async ({ folder, keys, head, onRecord }: VerifyLogOptions): Promise<VerifiedLog> => {
  const recoveries: VerifiedLog['recoveries'][number][] = []
  const asides: Aside[] = []
  const walk = createLogWalk({
    keys,
    head,
    onRecord: (receipt, where) => {
      const { event } = receipt
      if (event.kind === 'recovered') {
        const { cause, count, file, digest } = event
        recoveries.push({ where, cause, count })
        if (file !== null) asides.push({ where, file, digest })
      }
      onRecord(receipt, where)
    },
  })
  const { names, findings } = await findSegments(folder)
  for (const name of names) {
    const isLast = name === names.at(-1)
    for await (const { bytes, number, isWhole } of segmentLines(join(folder, name)))
      walk.line(bytes, `${name}:${number}`, isWhole, isLast)
  }
  const walked = walk.end()
  const unlike = (await Promise.all(asides.map(aside => asideFinding(folder, aside)))).filter(one => one !== null)
  return { ...walked, findings: [...findings, ...walked.findings, ...unlike], recoveries }
}
