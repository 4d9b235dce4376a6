/** A folder → its segments in the order in which they were written, with what their names hide. */
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Finding } from './findings.ts'
import { parseLine } from './parse-line.ts'
import { segmentLines } from './segment-lines.ts'
import { firstOfName } from './segment-name.ts'

interface Beginning {
  readonly name: string
  /** Digest of the first line; null where there is none. */
  readonly digest: string | null
  /** What the first record, and the first seal, say is the first sequence number. */
  readonly record: number | null
  readonly seal: number | null
}

const beginningOf = async (folder: string, name: string): Promise<Beginning> => {
  let [digest, record]: [string | null, number | null] = [null, null]
  for await (const { bytes, number } of segmentLines(join(folder, name))) {
    const line = parseLine(bytes)
    if (number === 1) digest = line.digest
    if (number === 1 && line.kind === 'record') record = line.receipt.sequence
    if (line.kind === 'seal') return { name, digest, record, seal: line.statement.first }
  }
  return { name, digest, record, seal: null }
}

/** The name, unless both the first record and the first seal say otherwise: one of them alone may have been edited. */
const placeOf = ({ name, record, seal }: Beginning): { readonly first: number; readonly isRenamed: boolean } => {
  const named = firstOfName(name)
  if (named === null) return { first: record ?? 0, isRenamed: true }
  const first = record !== null && record === seal ? record : named
  // A file that lost its first records begins later than its name says, and that is no other name.
  return { first, isRenamed: first < named }
}

const fileFinding = (code: Finding['code'], name: string, detail: string | null): Finding => ({
  code,
  where: name,
  records: null,
  detail,
})

/** Everything that may be a segment, copies under other names included. Throws what the file system throws. */
export const findSegments = async (
  folder: string,
): Promise<{ readonly names: readonly string[]; readonly findings: readonly Finding[] }> => {
  const all = (await readdir(folder)).filter(name => name.endsWith('.jsonl')).sort()
  const findings: Finding[] = []
  const kept: { readonly name: string; readonly first: number }[] = []
  const seen = new Map<string, string>()
  // A copy under a foreign name is the copy, whatever sorts first.
  const byName = [...all].sort((a, b) => Number(firstOfName(a) === null) - Number(firstOfName(b) === null))
  const beginnings = await Promise.all(byName.map(name => beginningOf(folder, name)))
  const isRightful = (one: Beginning): boolean => !placeOf(one).isRenamed
  for (const one of [...beginnings].sort((a, b) => Number(isRightful(b)) - Number(isRightful(a)))) {
    const { name, digest } = one
    const other = digest === null ? undefined : seen.get(digest)
    if (other !== undefined) {
      findings.push(fileFinding('segment-duplicated', name, `the same as \`${other}\``))
      continue
    }
    if (digest !== null) seen.set(digest, name)
    const { first, isRenamed } = placeOf(one)
    if (isRenamed) findings.push(fileFinding('segment-renamed', name, `its first record is ${first}`))
    kept.push({ name, first })
  }
  kept.sort((a, b) => a.first - b.first || (a.name < b.name ? -1 : 1))
  return { names: kept.map(({ name }) => name), findings }
}
