/** The artifacts that lie beside a policy, as they are: what would be enforced, whoever wrote it. */
import { lstat, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { ArtifactFile } from '../../core/model/encoder.ts'

const MAX_BYTES = 64_000_000
export const LOSSES_FILE = 'losses.json'

const readSmall = async (path: string): Promise<string> => {
  const { size } = await lstat(path)
  return size > MAX_BYTES ? '' : readFile(path, 'utf8')
}

/** By encoder, each with every plain file in its folder in the order of their names, `losses.json` included. */
export const readArtifacts = async (folder: string): Promise<ReadonlyMap<string, readonly ArtifactFile[]>> => {
  const root = join(folder, 'artifacts')
  const found = new Map<string, readonly ArtifactFile[]>()
  const encoders = await readdir(root, { withFileTypes: true }).catch(() => [])
  for (const encoder of encoders.filter(entry => entry.isDirectory())) {
    const entries = await readdir(join(root, encoder.name), { withFileTypes: true })
    const names = entries.filter(entry => entry.isFile()).map(({ name }) => name)
    const files: ArtifactFile[] = []
    for (const name of names.sort()) files.push({ name, content: await readSmall(join(root, encoder.name, name)) })
    found.set(encoder.name, files)
  }
  return found
}
