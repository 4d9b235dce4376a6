/**
 * Whether something that the session has read mentions a value. An injected instruction must name what it wants, whole
 * or in parts; a value that no result mentions came from the request, from the agent's own configuration or from nowhere.
 * Known limit: a value that is spelled out in parts shorter than a telling one, or in a way that `disguises` does not know, is
 * not recognized.
 */
import type { Context } from '../model/context.ts'
import type { Scalar } from '../model/scalar.ts'
import { disguisesOf, percentDecoded } from './disguises.ts'
import { groupedOf } from './grouped.ts'
import { someText } from './grow.ts'
import { mentionedIn } from './mentions.ts'
import { legible, spellings, standsIn } from './normalize-text.ts'
import { someOccurrence } from './occurrences.ts'

/** Shorter parts occur by chance in any text. */
export const TELLING = 5

/** Words, and names made of words: `x@evil-corp.org` has the part `evil-corp.org`. */
const partsOf = (text: string): readonly string[] =>
  [...new Set([...text.split(/[^\p{L}\p{N}._-]+/u), ...text.split(/[^\p{L}\p{N}]+/u)])].filter(
    part => part.length >= TELLING,
  )

export const isPrompted = (given: Scalar, { prose, fields, request }: Context): boolean => {
  const value = typeof given === 'string' ? legible(given) : given
  const read = prose ?? []
  const mentioned = (needle: string): boolean =>
    fields?.has(needle) === true ||
    (needle.length < TELLING
      ? someText(read, text => standsIn(text, needle))
      : someText(read, text => someOccurrence(text, needle, () => true)))
  const isSpelled = [value, ...percentDecoded(value).map(legible)].flatMap(spellings).some(spelling => {
    if (mentioned(spelling)) return true
    const parts = partsOf(spelling)
    const inProse = mentionedIn(read, parts)
    const suggested = parts.filter(part => inProse.has(part) || fields?.has(part) === true)
    return mentionedIn(request ?? [], suggested).size < suggested.length
  })
  if (isSpelled) return true
  const grouped = groupedOf(value)
  // A whole field in other groups is that field: a text, as it has blanks, and no instruction.
  if (grouped !== null && someText(read, text => grouped.standsIn(text) && !(fields?.has(text) && grouped.is(text))))
    return true
  // Last, since each costs a search and few texts have any.
  return disguisesOf(given).some(mentioned)
}
