/** An error of the file system while a log is read → the problem that a person reads. */
import type { Problem } from '../../../io/problem.ts'

export const unreadableLog = (folder: string, error: unknown): Problem => {
  if (!(error instanceof Error && 'code' in error)) throw error
  return { code: 'file-unreadable', what: `the log cannot be read: ${String(error.code)}`, where: folder, help: null }
}
