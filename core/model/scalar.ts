/** A leaf value as JSON knows it. Values from evidence are untrusted text: render them only through an escaping writer. */
export type Scalar = string | number | boolean | null
