/**
 * A folder and those that it lies in, each made once. Node's own recursive `mkdir` never ends where a folder is there and
 * refuses to hold another (`ENOENT` of `/proc`); here the second refusal is the answer.
 */
import { mkdir, stat } from 'node:fs/promises'
import { dirname } from 'node:path'

const codeOf = (error: unknown): unknown => (error instanceof Error && 'code' in error ? error.code : null)

/** @throws the system's error where it cannot be made, `EEXIST` or `ENOTDIR` where something else is in its place. */
export const makeFolder = async (path: string): Promise<void> => {
  try {
    await mkdir(path)
  } catch (error) {
    if (codeOf(error) === 'EEXIST' && (await stat(path)).isDirectory()) return
    const parent = dirname(path)
    if (codeOf(error) !== 'ENOENT' || parent === path) throw error
    await makeFolder(parent)
    await mkdir(path)
  }
}
