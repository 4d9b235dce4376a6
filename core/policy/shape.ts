/** Shapes: matching them without backtracking, and the character classes that they speak of. */
import type { RunClass, Shape } from '../model/constraint.ts'

const CLASSES: Readonly<Record<RunClass, (code: number) => boolean>> = {
  digits: code => code >= 48 && code <= 57,
  letters: code => (code >= 65 && code <= 90) || (code >= 97 && code <= 122),
  alphanumeric: code => CLASSES.digits(code) || CLASSES.letters(code),
  hex: code => CLASSES.digits(code) || (code >= 65 && code <= 70) || (code >= 97 && code <= 102),
}

/** Index after the longest stretch of the class that starts at `from`. */
const endOfRun = (text: string, from: number, run: RunClass): number => {
  let at = from
  while (at < text.length && CLASSES[run](text.charCodeAt(at))) at++
  return at
}

/** Linear in the text: every token consumes from the left and is never given a second try. */
export const matchesShape = (text: string, shape: Shape): boolean => {
  let at = 0
  for (const token of shape) {
    if (typeof token === 'string') {
      if (!text.startsWith(token, at)) return false
      at += token.length
    } else if ('rest' in token) {
      return true
    } else {
      const end = endOfRun(text, at, token.run)
      if (end === at) return false
      at = end
    }
  }
  return at === text.length
}
