/** An error of the file system, or the end of the thread that seals → the problem that a person reads. */
import type { Problem } from '../problem.ts'
import { SealingEnded } from './sealing.ts'

const FULL = new Set(['ENOSPC', 'EDQUOT', 'EFBIG'])

export const unwritten = (folder: string, error: unknown): Problem => {
  if (error instanceof SealingEnded) {
    const what = `receipts cannot be written: ${error.message}`
    return { code: 'receipts-unwritten', what, where: folder, help: 'the next record is sealed without it' }
  }
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error'
  const isFull = FULL.has(code)
  return {
    code: 'receipts-unwritten',
    what: isFull ? `no room for receipts: ${code}` : `receipts cannot be written: ${code}`,
    where: folder,
    help: `${isFull ? 'make room' : 'see to the disk'}; the next record tries again`,
  }
}
