/** What is in a folder → its digest: equal for the same files with the same content under the same names. */
import { hash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'

/** Null where the folder is not there, or holds anything but files and folders. */
export const treeDigest = async (root: string): Promise<string | null> => {
  const entries = await readdir(root, { withFileTypes: true, recursive: true }).catch(() => null)
  if (entries === null) return null
  if (entries.some(entry => !entry.isFile() && !entry.isDirectory())) return null
  const paths = entries
    .filter(entry => entry.isFile())
    .map(entry => join(entry.parentPath, entry.name).slice(root.length))
  const digests: string[] = []
  for (const path of paths.sort()) {
    const content = await readFile(root + path).catch(() => null)
    if (content === null) return null
    digests.push(JSON.stringify([path, hash('sha256', content)]))
  }
  return hash('sha256', digests.join('\n'))
}
