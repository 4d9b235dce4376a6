/** Ledger → one line per source on standard error: received = accepted + duplicate + rejected, with each reason. */
import { REJECTIONS, type Rejection } from '../../core/model/evidence.ts'
import type { Ledger } from '../../core/model/ledger.ts'
import type { Io } from './io.ts'
import { printable } from './terminal.ts'

const isRejection = (word: string): word is Rejection => Object.hasOwn(REJECTIONS, word)

export const showLedger = (io: Io, ledger: Ledger): void => {
  for (const { source, received, accepted, duplicate, rejected, lost } of ledger) {
    const reasons = Object.entries(rejected).filter(([, count]) => count > 0)
    const total = reasons.reduce((sum, [, count]) => sum + count, 0)
    const loss = lost === 0 ? '' : `, ${lost ?? 'an unknown number'} lost by the sensor`
    io.stderr.write(
      `ledger ${printable(source)}: ${received} received = ${accepted} accepted + ${duplicate} duplicate + ${total} rejected${loss}\n`,
    )
    for (const [reason, count] of reasons) {
      io.stderr.write(`  ${count} ${reason}${isRejection(reason) ? `: ${REJECTIONS[reason]}` : ''}\n`)
    }
  }
}
