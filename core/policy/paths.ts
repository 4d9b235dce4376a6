/** Anything that has to be resolved, joined or refused: a path without is what it says. */
const UNTIDY = /\0|\/\/|(?:^|\/)\.{1,2}(?:\/|$)|[^/]\/$/

/**
 * Resolves `.` and `..` lexically, as an enforcement point must before it compares: `/a/b/../c` is `/a/c`. A relative
 * path stays relative. Null where the path climbs above its start, or holds a NUL: no prefix contains that.
 */
export const normalizePath = (path: string): string | null => {
  if (!UNTIDY.test(path)) return path
  if (path.includes('\0')) return null
  const absolute = path.startsWith('/')
  const kept: string[] = []
  for (const segment of path.split('/')) {
    if (segment === '' || segment === '.') continue
    if (segment !== '..') kept.push(segment)
    else if (kept.pop() === undefined) return null
  }
  return (absolute ? '/' : '') + kept.join('/')
}

/** Whether `path` is `parent` or below it, both normalized first. */
export const isUnder = (path: string, parent: string): boolean => {
  const child = normalizePath(path)
  const base = normalizePath(parent)
  if (child === null || base === null) return false
  if (child.startsWith('/') !== base.startsWith('/')) return false
  if (base === '/' || base === '') return true
  return child === base || child.startsWith(`${base}/`)
}
