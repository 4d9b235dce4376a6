/** Directories instead of files: `path(n)` is everything below the n-th ancestor, never a root and never a system directory. */
import type { ClosureRule } from '../model/closure-rule.ts'
import { normalizePath } from '../policy/paths.ts'
import { allStrings, sortedUnique } from './strings.ts'

/** Directories that hold many owners' files: only something below them may be an envelope. */
const SHARED = new Set(
  'bin boot dev etc home lib lib64 media mnt opt proc root run sbin srv sys tmp usr var Users Volumes app work workspace'.split(
    ' ',
  ),
)

const tooWide = (segments: readonly string[], absolute: boolean): boolean =>
  segments.length === 0 || (absolute && segments.length === 1 && SHARED.has(segments[0] ?? ''))

/** The ancestor, or the path itself where the ancestor would be too wide. */
const ancestor = (written: string, levels: number): string => {
  const path = normalizePath(written) ?? written
  const absolute = path.startsWith('/')
  const segments = path.split('/').filter(segment => segment !== '')
  const above = segments.slice(0, Math.max(0, segments.length - levels))
  return tooWide(above, absolute) ? path : (absolute ? '/' : '') + above.join('/')
}

export const path: ClosureRule = {
  id: 'path',
  summary: 'everything below the n-th directory above each observed path',
  types: ['path', 'identifier', 'text'],
  parameters: [1, 2],
  gate: 'each',
  width: 20,
  close: (values, parameter) => {
    const strings = allStrings(values)
    // A path that climbs above its start is in no directory.
    if (strings === null || strings.some(text => !text.includes('/') || normalizePath(text) === null)) return null
    return { kind: 'path', under: sortedUnique(strings.map(text => ancestor(text, parameter ?? 1))) }
  },
  latitude: constraint => ({
    statement: constraint.kind === 'path' ? `any path at or below ${constraint.under.length} places` : 'none',
    beyond: null,
  }),
}
