/** How a key stands in a path: `%`-escapes for the characters that paths are made of, so that no key can fake a path. */
const ESCAPES: Readonly<Record<string, string>> = { '%': '%25', '.': '%2E', '[': '%5B', ']': '%5D' }

const pathSegment = (key: string): string =>
  /[%.[\]]/.test(key) ? key.replace(/[%.[\]]/g, character => ESCAPES[character] ?? character) : key

/** `parent` extended by an object key. */
export const below = (parent: string, key: string): string =>
  parent === '' ? pathSegment(key) : `${parent}.${pathSegment(key)}`
