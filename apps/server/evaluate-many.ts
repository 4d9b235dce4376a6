/**
 * An Access Evaluations Request → its evaluations, in order. Top-level parts are defaults: one that an evaluation has replaces the
 * default whole, but for the identifying fields that it leaves out. What is wrong with one evaluation is that one's answer.
 */
import type { Grant } from '../../io/tokens/grant.ts'
import { type Deciding, type Evaluation, evaluateOne } from './evaluate.ts'
import { got, type Refusal, type Result, refuse } from './refusal.ts'
import { type Batch, batchSchema, firstIssue, type JsonObject, type SEMANTICS } from './sarc-schema.ts'

const MAX_EVALUATIONS = 1_000

const PARTS = ['subject', 'action', 'resource', 'context'] as const
/** Fields that an evaluation's own part may leave to the default. */
const IDENTIFYING = ['type', 'id', 'name'] as const

const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const own = (object: JsonObject, key: string): unknown => (Object.hasOwn(object, key) ? object[key] : undefined)

const merged = (fallback: JsonObject | undefined, part: unknown): unknown => {
  if (part === undefined) return fallback
  if (fallback === undefined || !isObject(part)) return part
  const missing = IDENTIFYING.filter(key => own(part, key) === undefined && own(fallback, key) !== undefined)
  if (missing.length === 0) return part
  return Object.fromEntries([...Object.entries(part), ...missing.map(key => [key, own(fallback, key)] as const)])
}

const questionOf = (batch: Batch, evaluation: unknown): unknown => {
  if (!isObject(evaluation)) return evaluation
  const parts = PARTS.map(part => {
    const value = own(evaluation, part)
    // A context is no identity: the evaluation’s own is taken whole.
    return [part, part === 'context' ? (value ?? batch.context) : merged(batch[part], value)] as const
  })
  return Object.fromEntries(parts.filter(([, value]) => value !== undefined))
}

const failedEvaluation = ({ status, message }: Refusal): Evaluation => ({
  decision: false,
  context: { error: { status, message } },
})

type Semantic = (typeof SEMANTICS)[number]

/** Whether this answer ends the batch. */
const STOPS: Readonly<Record<Semantic, (decision: boolean) => boolean>> = {
  execute_all: () => false,
  deny_on_first_deny: decision => !decision,
  permit_on_first_permit: decision => decision,
}

export interface Evaluations {
  readonly evaluations: readonly Evaluation[]
}

/** Without evaluations it is one Access Evaluation Request, and so is the answer. */
export const evaluateMany = async (
  deciding: Deciding,
  grant: Grant,
  body: unknown,
): Promise<Result<Evaluation | Evaluations>> => {
  const read = batchSchema.safeParse(body)
  if (!read.success) return refuse(400, firstIssue(read.error, 'the request'))
  const { evaluations = [], options } = read.data
  if (evaluations.length === 0) return evaluateOne(deciding, grant, body)
  if (evaluations.length > MAX_EVALUATIONS) return refuse(400, `more than ${MAX_EVALUATIONS} evaluations`)
  const semantic = options?.evaluations_semantic ?? 'execute_all'
  const answers: Evaluation[] = []
  // One after the other: they may be calls of one session, and a stop must not come too late.
  for (const evaluation of evaluations) {
    const result = await evaluateOne(deciding, grant, questionOf(read.data, evaluation))
    const answer = result.ok ? result.value : failedEvaluation(result.refusal)
    const isLast = STOPS[semantic](answer.decision)
    answers.push(isLast ? { ...answer, context: { ...answer.context, stopped: semantic } } : answer)
    if (isLast) break
  }
  return got({ evaluations: answers })
}
