/** A leaf value as JSON knows it. Values from evidence are untrusted text: render them only through an escaping writer. */
export type Scalar = string | number | boolean | null

/** One key per distinct value: the number 7 and the text "7" are two values. */
export const scalarKey = (value: Scalar): string => `${typeof value}:${String(value)}`
