/** The formats that `ambit schema` knows. Apart from the schemas, which take long to load. */
export const SCHEMAS = [
  'decisions',
  'policy',
  'observation',
  'exceptions',
  'gateway',
  'decision-api',
  'serve',
  'tokens',
] as const
export type SchemaName = (typeof SCHEMAS)[number]
