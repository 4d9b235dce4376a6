import type { Scalar } from '../model/scalar.ts'

/** The values as strings, or null where one is not a string: then the rule does not fit. */
export const allStrings = (values: readonly Scalar[]): readonly string[] | null => {
  const strings = values.filter(value => typeof value === 'string')
  return strings.length === values.length ? strings : null
}

export const sortedUnique = (items: readonly string[]): readonly string[] =>
  [...new Set(items)].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0))
