/** Long strings → their beginning and a digest, so that equal values stay equal and nothing huge travels on. */
import { digestText } from '../model/digest.ts'
import type { Scalar } from '../model/scalar.ts'

/** UTF-16 units up to which a value is kept whole. */
export const WHOLE_LENGTH = 65_536
const KEPT_LENGTH = 1_024

/** `<first 1,024 units>…sha256:<hex>` beyond {@link WHOLE_LENGTH}, else the value itself. */
export const shorten = (value: Scalar): Scalar =>
  typeof value === 'string' && value.length > WHOLE_LENGTH
    ? `${value.slice(0, KEPT_LENGTH)}…${digestText(value)}`
    : value
