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
  const code = codeOf(error)
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

/** A file to read. `named`: a person named it, so nothing can be done without it. */
export interface EvidenceFile {
  readonly path: string
  readonly named: boolean
}
/** What lies below a named folder and cannot be read. Counted, so that what it hides is missed by somebody. */
export interface UnreadableFile {
  readonly path: string
  readonly why: string
}

/** A system's own code, as `EACCES`. */
export const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : 'unknown error'

type Kind = 'folder' | 'file' | 'link to a folder' | 'it is neither file nor folder'

const kindOf = async (path: string): Promise<Kind> => {
  const own = await lstat(path)
  if (own.isDirectory()) return 'folder'
  const target = own.isSymbolicLink() ? await stat(path).catch(() => own) : own
  if (target.isFile()) return 'file'
  return target.isDirectory() ? 'link to a folder' : 'it is neither file nor folder'
}

/** Files below a folder; links to folders are not followed, so that none can lead in a circle or out. */
const filesBelow = async (folder: string, skipped: Skipped): Promise<readonly (EvidenceFile | UnreadableFile)[]> => {
  const found: (EvidenceFile | UnreadableFile)[] = []
  for (const entry of (await readdir(folder)).sort()) {
    const path = join(folder, entry)
    try {
      const kind = await kindOf(path)
      if (kind === 'folder') found.push(...(await filesBelow(path, skipped)))
      else if (!isEvidence(entry) || kind === 'link to a folder') {
        if (!isHidden(entry)) skipped(path)
      } else found.push(kind === 'file' ? { path, named: false } : { path, why: kind })
    } catch (error) {
      found.push({ path, why: codeOf(error) })
    }
  }
  return found
}

/** `-` stays `-`. @throws EvidenceError where a path that was named does not exist or cannot be listed. */
export const evidenceFiles = async (
  paths: readonly string[],
  skipped: Skipped,
): Promise<readonly (EvidenceFile | UnreadableFile)[]> => {
  const found: (EvidenceFile | UnreadableFile)[] = []
  for (const path of paths) {
    try {
      const isFolder = path !== '-' && (await stat(path)).isDirectory()
      found.push(...(isFolder ? await filesBelow(path, skipped) : [{ path, named: true }]))
    } catch (error) {
      throw unreadable(path, error)
    }
  }
  return found
}
