/** Which program this is: a digest of its own files. What another one derived is not what this one would. */
import { hash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const FOLDERS = ['apps', 'core', 'io']

/** `package.json` has the pinned version of everything that it rests on. */
const PACKAGE = ['package.json', join('..', 'package.json')]

const filesIn = async (folder: string): Promise<readonly string[]> => {
  const entries = await readdir(join(ROOT, folder), { withFileTypes: true, recursive: true })
  return entries
    .filter(entry => entry.isFile() && /\.[jt]s$/.test(entry.name))
    .map(entry => join(entry.parentPath, entry.name))
}

export const programDigest = async (): Promise<string> => {
  const files = (await Promise.all(FOLDERS.map(filesIn))).flat().sort()
  const paths = [...files, ...PACKAGE.map(name => join(ROOT, name))]
  const digests = await Promise.all(
    paths.map(path =>
      readFile(path).then(
        content => hash('sha256', content),
        () => '',
      ),
    ),
  )
  return hash('sha256', digests.join('\n'))
}
