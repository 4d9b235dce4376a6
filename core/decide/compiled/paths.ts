/** Directories → whether a path, once resolved, is one of them or below it (`policy/paths`). */
import { normalizePath } from '../../policy/paths.ts'
import { startsWithOne } from './prefixes.ts'

const SLASH = 47
const DOT = 46

/**
 * Whether resolving would change no more than a final slash: no empty segment, none that begins with a dot, no NUL. Says no in
 * doubt.
 */
const isResolved = (path: string): boolean => {
  let before = 0
  for (let at = 0; at < path.length; at++) {
    const code = path.charCodeAt(at)
    if (code === 0) return false
    if ((code === SLASH && before === SLASH) || (code === DOT && (before === SLASH || at === 0))) return false
    before = code
  }
  return true
}

const belowOne = (bases: readonly string[]): ((resolved: string) => boolean) => {
  const [only] = bases
  if (only !== undefined && bases.length === 1)
    return resolved =>
      resolved.startsWith(only) && (resolved.length === only.length || resolved.charCodeAt(only.length) === SLASH)
  const startsWithBase = startsWithOne(bases.map(base => `${base}/`))
  return resolved => startsWithBase(`${resolved}/`)
}

export const underOne = (directories: readonly string[]): ((path: string) => boolean) => {
  const bases = [...new Set(directories.flatMap(directory => normalizePath(directory) ?? []))]
  const all = { absolute: bases.includes('/'), relative: bases.includes('') }
  const below = belowOne(bases.filter(base => base !== '/' && base !== ''))
  return path => {
    const resolved = isResolved(path) ? path : normalizePath(path)
    if (resolved === null) return false
    return (resolved.startsWith('/') ? all.absolute : all.relative) || below(resolved)
  }
}
