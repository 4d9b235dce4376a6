/** A name from evidence → one folder name that is the same name to a person, and plain to every file system. */
import { digestText } from '../../core/model/digest.ts'
import type { Workload } from '../../core/model/workload.ts'

/** Most file systems take 255 bytes; room is left for the temporary names beside it. */
const MAX = 200

const escapeCharacter = (character: string): string =>
  [...Buffer.from(character)].map(byte => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join('')

/**
 * Percent-encoded outside letters, digits, `.`, `_` and `-`; never starts or ends with a dot. Different names stay different,
 * also to a file system that ignores case: a name with capitals, like one that is too long, ends in its digest.
 */
const folderName = (name: string): string => {
  const encoded = name.replace(/[^A-Za-z0-9._-]/gu, escapeCharacter).replace(/^\.|\.$/g, escapeCharacter)
  if (encoded.length <= MAX && !/[A-Z]/.test(name)) return encoded === '' ? '%' : encoded
  const digest = digestText(name).slice('sha256:'.length, 'sha256:'.length + 32)
  return `${encoded.slice(0, MAX - digest.length - 1)}~${digest}`
}

/** The folder of a workload's policy and artifacts, below the output folder. */
export const workloadFolder = ({ namespace, name }: Workload): readonly string[] => [
  folderName(namespace),
  folderName(name),
]
