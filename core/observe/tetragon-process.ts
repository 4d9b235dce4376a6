/** The process of a Tetragon event: its executable, its arguments, and paths as it saw them. */
import { normalizePath } from '../policy/paths.ts'
import type { Behavior } from './behavior.ts'
import { field, text } from './json.ts'

/** Absolute and without `.` and `..`; null where it is relative to nothing known, or climbs out. */
export const absolutePath = (path: string, process: unknown): string | null => {
  if (path.startsWith('/')) return normalizePath(path)
  const cwd = text(field(process, 'cwd'))
  return cwd?.startsWith('/') ? normalizePath(`${cwd}/${path}`) : null
}

/** What Tetragon says it could not read of an exec. */
const UNREAD = /\b(?:truncArgs|truncFilename|errorArgs|errorFilename|errorCWD|nocwd)\b/

export const execution = (process: unknown): Behavior | null => {
  const binary = text(field(process, 'binary'))
  if (binary === null) return null
  const executable = absolutePath(binary, process)
  if (executable === null || UNREAD.test(text(field(process, 'flags')) ?? '')) {
    return { substrate: 'process', action: 'exec', values: [], visibility: 'malformed' }
  }
  return {
    substrate: 'process',
    action: 'exec',
    values: [
      { dimension: 'process.executable', value: executable },
      { dimension: 'process.arguments', value: text(field(process, 'arguments')) ?? '' },
    ],
    visibility: 'seen',
  }
}
