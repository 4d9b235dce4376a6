/** The constraints of a policy as a schema: the same closed set as `model/constraint`, checked equal by the compiler. */
import { z } from 'zod'
import type { Constraint } from '../../core/model/constraint.ts'
import { VALUE_TYPES } from '../../core/model/value-type.ts'
import type { Loose, MustBeTrue, Same } from './same-type.ts'

export const scalar = z.union([z.string(), z.number(), z.boolean(), z.null()]).describe('A leaf value')

const shapeToken = z.union([
  z.string(),
  z.strictObject({ run: z.enum(['digits', 'letters', 'alphanumeric', 'hex']) }),
  z.strictObject({ rest: z.literal(true) }),
])

const simple = [
  z.strictObject({ kind: z.literal('any') }).describe('Every value'),
  z.strictObject({ kind: z.literal('none') }).describe('No value'),
  z.strictObject({ kind: z.literal('set'), values: z.array(scalar) }).describe('One of the values'),
  z.strictObject({ kind: z.literal('prefix'), prefixes: z.array(z.string()) }).describe('Text that starts with one'),
  z.strictObject({ kind: z.literal('path'), under: z.array(z.string()) }).describe('A path that is one or below it'),
  z
    .strictObject({ kind: z.literal('domain'), names: z.array(z.string()), parents: z.array(z.string()) })
    .describe('A host equal to a name, or a proper subdomain of a parent'),
  z.strictObject({ kind: z.literal('cidr'), blocks: z.array(z.string()) }).describe('An address within a block'),
  z.strictObject({ kind: z.literal('range'), min: z.number(), max: z.number() }).describe('A number, ends included'),
  z.strictObject({ kind: z.literal('length'), max: z.number() }).describe('Text of at most so many UTF-16 units'),
  z
    .strictObject({ kind: z.literal('shape'), shapes: z.array(z.array(shapeToken)) })
    .describe('Text that matches the tokens of one shape'),
  z
    .strictObject({ kind: z.literal('type'), types: z.array(z.enum(VALUE_TYPES)) })
    .describe('A value of an inferred type'),
  z.strictObject({ kind: z.literal('request') }).describe('What the user wrote in this session’s request'),
  z.strictObject({ kind: z.literal('unprompted') }).describe('A value that nothing the session has read mentions'),
  z
    .strictObject({
      kind: z.literal('field'),
      from: z.array(z.string()).exactOptional().describe('Tool and path of the leaf, digits masked; without it, any'),
    })
    .describe('The whole of one leaf of an earlier result in the session'),
] as const

export const constraint: z.ZodType<Loose<Constraint>> = z
  .lazy(() =>
    z.discriminatedUnion('kind', [
      ...simple,
      z.strictObject({ kind: z.literal('anyOf'), of: z.array(constraint) }).describe('Contained in at least one'),
    ]),
  )
  .meta({ id: 'constraint' })

type Simple = z.output<(typeof simple)[number]>
// biome-ignore lint/correctness/noUnusedVariables: the compiler is its only reader
type SimpleKindsAgree = MustBeTrue<Same<Simple, Exclude<Loose<Constraint>, { kind: 'anyOf' }>>>
