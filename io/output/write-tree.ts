/**
 * Files below one folder, written whole or not at all, and nothing anywhere else.
 *
 * INVARIANT: nothing outside the root is created, changed or removed: names with a separator are refused, links below the
 * root are never followed, and a link in the place of a file is replaced, not written through.
 */
import { randomUUID } from 'node:crypto'
import { lstat, mkdir, open, readdir, rename, rm, rmdir } from 'node:fs/promises'
import { join } from 'node:path'
import { done, failed, type Outcome, type Problem } from '../problem.ts'
import { makeFolder } from './make-folder.ts'

export interface OutputFile {
  /** Folder names below the root, then the file's name. */
  readonly path: readonly string[]
  readonly content: string
}

export interface Written {
  readonly written: readonly string[]
  /** Files of an earlier run that this one did not write again. */
  readonly removed: readonly string[]
}

const PLAIN_NAME = /^(?!\.{1,2}$)[A-Za-z0-9._%~-]{1,255}$/

class Unsafe extends Error {}

const reasonOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : String(error)

const problemOf = (error: unknown, root: string): Problem =>
  error instanceof Unsafe
    ? { code: 'output-unsafe', what: error.message, where: root, help: 'write into a folder of its own' }
    : { code: 'output-failed', what: `cannot write: ${reasonOf(error)}`, where: root, help: null }

/** Makes each folder on the way, and refuses one that is not a folder of its own. */
const ensureFolder = async (root: string, names: readonly string[]): Promise<string> => {
  await makeFolder(root)
  let folder = root
  for (const name of names) {
    if (!PLAIN_NAME.test(name)) throw new Unsafe(`\`${name}\` is not a plain folder name`)
    folder = join(folder, name)
    await mkdir(folder).catch((error: unknown) => {
      if (reasonOf(error) !== 'EEXIST') throw error
    })
    if (!(await lstat(folder)).isDirectory()) throw new Unsafe(`\`${folder}\` is a link or a file, not a folder`)
  }
  return folder
}

const writeWhole = async (folder: string, name: string, content: string): Promise<string> => {
  if (!PLAIN_NAME.test(name)) throw new Unsafe(`\`${name}\` is not a plain file name`)
  const target = join(folder, name)
  const temporary = join(folder, `.${randomUUID()}.tmp`)
  try {
    const file = await open(temporary, 'wx')
    try {
      await file.writeFile(content)
    } finally {
      await file.close()
    }
    await rename(temporary, target)
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
  return target
}

/** Removes what is below a folder and not kept, links themselves and not what they point to. */
const sweep = async (folder: string, kept: ReadonlySet<string>, removed: string[]): Promise<void> => {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => [])
  for (const entry of entries) {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) {
      await sweep(path, kept, removed)
      if ((await readdir(path)).length === 0) await rmdir(path)
    } else if (!kept.has(path)) {
      await rm(path)
      removed.push(path)
    }
  }
}

/** Removes one file, or the link in its place, where there is one. */
const discard = async (root: string, names: readonly string[], removed: string[]): Promise<void> => {
  const path = join(await ensureFolder(root, names.slice(0, -1)), names.at(-1) ?? '')
  const entry = await lstat(path).catch(() => null)
  if (entry === null || entry.isDirectory()) return
  await rm(path)
  removed.push(path)
}

/**
 * Writes the files; then removes each of `discarded`, and below each folder of `swept` every file that was not written.
 * Errors: `output-unsafe`, `output-failed`; files written before an error stay.
 */
export const writeTree = async (
  root: string,
  files: readonly OutputFile[],
  swept: readonly (readonly string[])[],
  discarded: readonly (readonly string[])[],
): Promise<Outcome<Written>> => {
  const written: string[] = []
  const removed: string[] = []
  try {
    for (const { path, content } of files) {
      const folder = await ensureFolder(root, path.slice(0, -1))
      written.push(await writeWhole(folder, path.at(-1) ?? '', content))
    }
    for (const names of discarded) await discard(root, names, removed)
    const kept = new Set(written)
    for (const names of swept) {
      const folder = await ensureFolder(root, names)
      await sweep(folder, kept, removed)
      if ((await readdir(folder)).length === 0) await rmdir(folder)
    }
    return done({ written, removed })
  } catch (error) {
    return failed(problemOf(error, root))
  }
}
