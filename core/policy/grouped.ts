/**
 * Account, card and telephone numbers are written in groups, each writer's own: `DE89 3704 0044 …` in a text is what an agent
 * types as `DE893704…`. A value → what finds it in any grouping.
 */
import type { Scalar } from '../model/scalar.ts'

/** Fewer letters and digits, or fewer digits among them, stand by chance in a row of numbers. */
const [SHORTEST, DIGITS, LONGEST] = [8, 6, 64]
/** What stands between groups; nothing that is in one, so that a search never goes back. */
const BETWEEN = '[ \\-\\u2010-\\u2015._/()]{0,3}'

const squeezed = (text: string): string => text.replace(/[^\p{L}\p{N}]/gu, '')

export interface Grouped {
  /** In a normalized text, in whatever groups. */
  readonly standsIn: (text: string) => boolean
  /** The normalized text is this value and nothing else. */
  readonly is: (text: string) => boolean
}

/** `value`: normalized. Null: it is no number of this kind, and is looked for as it is. */
export const groupedOf = (value: Scalar): Grouped | null => {
  if (typeof value !== 'string' || value.length > 2 * LONGEST) return null
  const characters = squeezed(value)
  if (!/^[a-z0-9]+$/.test(characters) || characters.length < SHORTEST || characters.length > LONGEST) return null
  if (characters.replace(/[^0-9]/g, '').length < DIGITS) return null
  const pattern = new RegExp([...characters].join(BETWEEN))
  return { standsIn: text => pattern.test(text), is: text => squeezed(text) === characters }
}
