/**
 * The bodies of OpenID AuthZEN Authorization API 1.0 as schemas: subject, action, resource and context. Fields that are not known
 * are ignored, as the specification demands. Free-form objects are passed on as they came: no schema copies them, because a copy
 * may lose what a hostile key hides.
 */
import { z } from 'zod'

export type JsonObject = { readonly [key: string]: unknown }

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const object = z.custom<JsonObject>(isObject, 'is not an object')
const text = z.string('is not a text').min(1, 'is empty').max(65_536, 'is longer than any identifier')

const subjectSchema = z.object({ type: text, id: text, properties: object.optional() }, 'is not an object')
const actionSchema = z.object({ name: text, properties: object.optional() }, 'is not an object')
const resourceSchema = z.object({ type: text, id: text, properties: object.optional() }, 'is not an object')

/** One question: the four parts of the specification's information model. */
export const sarcSchema = z.object(
  { subject: subjectSchema, action: actionSchema, resource: resourceSchema, context: object.optional() },
  'is not an object',
)

export const SEMANTICS = ['execute_all', 'deny_on_first_deny', 'permit_on_first_permit'] as const

/** The parts may be missing, or hold a part of their fields: they are defaults. */
export const batchSchema = z.object(
  {
    subject: object.optional(),
    action: object.optional(),
    resource: object.optional(),
    context: object.optional(),
    evaluations: z.array(z.unknown(), 'is not a list').optional(),
    options: z
      .object({ evaluations_semantic: z.enum(SEMANTICS, `is none of ${SEMANTICS.join(', ')}`).optional() })
      .optional(),
  },
  'is not an object',
)

export type Sarc = z.output<typeof sarcSchema>
export type Batch = z.output<typeof batchSchema>

/** The first thing that is wrong, in a line: `subject.id is not a text`. */
export const firstIssue = (error: z.ZodError, root: string): string => {
  const issue = error.issues[0]
  if (issue === undefined) return `${root} is not what it should be`
  const path = issue.path.map(String).join('.')
  return `${path === '' ? root : path} ${issue.message}`
}
