/** Long strings → their beginning and a digest, so that equal values stay equal and nothing huge travels on. */
import { digestText } from '../model/digest.ts'
import type { Scalar } from '../model/scalar.ts'

/** UTF-16 units up to which a value is kept whole. */
export const WHOLE_LENGTH = 65_536
const KEPT_LENGTH = 1_024

/**
 * The beginning as a text of its own: engines keep a text alive as long as a part of it is. A part of something that was put
 * together is a part of a copy.
 */
export const beginning = (text: string, length: number): string => ` ${text.slice(0, length)}`.slice(1)

/** `<first 1,024 units>…sha256:<hex>` beyond {@link WHOLE_LENGTH}, else the value itself. */
export const shorten = (value: Scalar): Scalar => (typeof value === 'string' ? shortenText(value, WHOLE_LENGTH) : value)

/** The same for texts beyond a length of one's own. */
export const shortenText = (text: string, whole: number): string =>
  text.length > whole ? `${beginning(text, KEPT_LENGTH)}…${digestText(text)}` : text
