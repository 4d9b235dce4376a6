/** Paths that a person named → the files to read, in an order that depends on nothing but their names. */
import { lstat, readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Problem } from '../problem.ts'

/** What a person named cannot be read. The only error of this folder that is thrown: nothing can be read without it. */
export class EvidenceError extends Error {
  readonly problem: Problem
  readonly code: Problem['code']
  constructor(problem: Problem) {
    super(problem.what)
    this.problem = problem
    this.code = problem.code
  }
}

/** Endings of what sensors write. In a folder, other files are skipped; a file that is named itself is always read. */
export const EVIDENCE_ENDINGS = ['.json', '.jsonl', '.ndjson', '.log', '.gz'] as const

const isEvidence = (name: string): boolean => EVIDENCE_ENDINGS.some(ending => name.toLowerCase().endsWith(ending))
const isHidden = (name: string): boolean => name.startsWith('.')

/** Told of each file below a named folder that is not read; hidden ones are not worth telling. */
export type Skipped = (path: string) => void

export const unreadable = (path: string, error: unknown): EvidenceError => {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error'
  return code === 'ENOENT' || code === 'ENOTDIR'
    ? new EvidenceError({
        code: 'evidence-not-found',
        what: `there is no file or folder \`${path}\``,
        where: '--evidence',
        help: 'name a file, a folder, or `-` for standard input',
      })
    : new EvidenceError({
        code: 'file-unreadable',
        what: `\`${path}\` cannot be read (${code})`,
        where: '--evidence',
        help: 'check that it is a file or a folder that you may read',
      })
}

/** Files below a folder; links to folders are not followed, so that none can lead in a circle or out. */
const filesBelow = async (folder: string, skipped: Skipped): Promise<readonly string[]> => {
  const entries = (await readdir(folder)).sort()
  const files: string[] = []
  for (const entry of entries) {
    const path = join(folder, entry)
    const kind = await lstat(path)
    if (kind.isDirectory()) files.push(...(await filesBelow(path, skipped)))
    else if (isEvidence(entry) && (kind.isFile() || (kind.isSymbolicLink() && (await isFile(path))))) files.push(path)
    else if (!isHidden(entry)) skipped(path)
  }
  return files
}

const isFile = async (path: string): Promise<boolean> => {
  try {
    return (await stat(path)).isFile()
  } catch {
    return false
  }
}

/** `-` stays `-`. @throws EvidenceError where a path does not exist or cannot be listed. */
export const evidenceFiles = async (paths: readonly string[], skipped: Skipped): Promise<readonly string[]> => {
  const files: string[] = []
  for (const path of paths) {
    if (path === '-') {
      files.push(path)
      continue
    }
    try {
      files.push(...((await stat(path)).isDirectory() ? await filesBelow(path, skipped) : [path]))
    } catch (error) {
      throw unreadable(path, error)
    }
  }
  return files
}
