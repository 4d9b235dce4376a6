/** Types that a value can be inferred to have; the lattice of closure rules starts here. `policy/infer-type` decides. */
export const VALUE_TYPES = [
  'null',
  'boolean',
  'number',
  'date',
  'email',
  'url',
  'host',
  'ip',
  'iban',
  'arn',
  'path',
  'secret',
  'identifier',
  'text',
] as const
export type ValueType = (typeof VALUE_TYPES)[number]
