/** `normalizePath` against resolving a path segment by segment. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { normalizePath } from '../../core/policy/paths.ts'

const resolved = (path: string): string | null => {
  if (path.includes('\0')) return null
  const kept: string[] = []
  for (const segment of path.split('/')) {
    if (segment === '' || segment === '.') continue
    if (segment !== '..') kept.push(segment)
    else if (kept.pop() === undefined) return null
  }
  return (path.startsWith('/') ? '/' : '') + kept.join('/')
}

test('a path that is tidy already is what resolving it gives', () => {
  const segment = fc.constantFrom('/', '/', '.', '..', '...', 'a', '.a', 'a.', ' ', '\n', '\0', 'ü')
  fc.assert(
    fc.property(fc.array(segment, { maxLength: 9 }), parts => {
      const path = parts.join('')
      expect([path, normalizePath(path)]).toEqual([path, resolved(path)])
    }),
    { numRuns: 20_000 },
  )
})
