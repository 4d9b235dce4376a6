/**
 * A text as the set of names that stand in it: words, and names made of words (`x@evil-corp.org`, `evil-corp.org`). Scripts
 * written without blanks are cut where they meet Latin letters or digits, so that an address inside them is a name.
 */
import { legible } from './normalize-text.ts'

const NAME = /[\p{Script=Latin}\p{N}][\p{Script=Latin}\p{N}._@+-]*|[\p{L}\p{M}]+/gu
const WORD = /[\p{L}\p{M}\p{N}]+/gu

const withoutEnd = (name: string): string => {
  let end = name.length
  while (end > 0 && '._@+-'.includes(name.charAt(end - 1))) end--
  return name.slice(0, end)
}

export const tokensOf = (text: string): ReadonlySet<string> => {
  const tokens = new Set<string>()
  for (const [name] of legible(text).matchAll(NAME)) {
    const whole = withoutEnd(name)
    tokens.add(whole)
    for (const part of whole.split('@')) tokens.add(part)
    for (const [word] of whole.matchAll(WORD)) tokens.add(word)
  }
  tokens.delete('')
  return tokens
}
