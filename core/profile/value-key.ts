import type { Scalar } from '../model/scalar.ts'

/** One key per distinct value: the number 7 and the text "7" are two values. */
export const valueKey = (value: Scalar): string => `${typeof value}:${String(value)}`
