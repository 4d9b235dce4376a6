/**
 * Untrusted text ↔ text that UTF-8 can hold. A lone surrogate, which JSON can write and an engine refuses or replaces, makes two names
 * one; such text, and text that looks like its stand-in, is kept as JSON behind a mark.
 */
const MARK = '\u0001'
const ILL_FORMED = /\p{Surrogate}/u

export const toWellFormed = (text: string): string =>
  ILL_FORMED.test(text) || text.startsWith(MARK) ? `${MARK}${JSON.stringify(text)}` : text

export const fromWellFormed = (text: string): string =>
  text.startsWith(MARK) ? String(JSON.parse(text.slice(MARK.length))) : text
