/** What the readers of tool results share: how one leaf's text is written, and when a key is data. */
import type { ResultLeaf } from '../model/observation.ts'

/**
 * Leaves of a text that was read as structure. `rest` is where the text breaks off in the middle of a token (it was cut
 * there when it was recorded), or null where it is whole.
 */
export interface ReadLeaves {
  readonly leaves: ResultLeaf[]
  readonly rest: number | null
}

const DECIMAL = /^-?\d{1,300}\.\d{1,300}$/
const NUMBER = /^-?(?:\d{1,300}(?:\.\d{0,300})?|\.\d{1,300})(?:[eE][+-]?\d{1,3})?$/

export const isNumber = (text: string): boolean => NUMBER.test(text)

/** `1100.0` is the number 1100: digits that add nothing are dropped, by text, so that no digit that counts is lost. */
export const numberText = (text: string): string => {
  if (DECIMAL.test(text)) return text.replace(/\.?0{1,300}$/, '')
  return /[eE.]/.test(text) ? String(Number(text)) : text
}

const FIELD_NAME = /^_?[a-z][A-Za-z_-]{0,31}$/

/** A key that does not look like a program's field name is a value that the tool answered with. */
export const isDataKey = (key: string): boolean => key !== '' && !FIELD_NAME.test(key)
