/**
 * Where in a result a field stood: the tool that returned it and the path of the leaf, with digits masked, so that the third mail
 * of an inbox and the fourth are one place. What is too long to name has no place, and is usual nowhere.
 */
const PLACE_CHARACTERS = 200

/** `tool path`; null where it cannot be named, or nobody says which tool it was. */
export const fieldPlace = (action: string, path: string): string | null => {
  if (action === '' || action.length + path.length >= PLACE_CHARACTERS) return null
  return `${action} ${path.replace(/\d+/g, '#')}`
}

/** The same whatever the order in which two are compared. */
export const firstPlace = (a: string | undefined, b: string): string => (a === undefined || b < a ? b : a)
