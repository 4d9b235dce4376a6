/**
 * The Cedar engine itself, as an oracle: the policy sets are validated against the schema in strict mode, and every
 * question is asked with request validation on, so that what a real gateway would refuse is refused here too.
 */

import { setFlagsFromString } from 'node:v8'
import {
  type CedarMapping,
  type CedarQuestion,
  readCedarMapping,
  toCedarQuestions,
} from '../../core/encode/cedar-mapping.ts'
import type { Artifact } from '../../core/model/encoder.ts'
import type { ActionRequest } from '../../core/model/request.ts'
import type { Verdict } from '../../core/model/verdict.ts'
import type { Availability, Oracle, OracleFindings } from './oracle.ts'

type Engine = typeof import('@cedar-policy/cedar-wasm/nodejs')

/** Loaded on first use: the engine is several megabytes of WebAssembly. */
export const loadCedar = async (): Promise<Engine> => {
  // V8 as of Node 20 dies ("unreachable code" in its deoptimizer) once it has inlined a hot call into WebAssembly that
  // returns a reference, which is what every function of the engine does.
  setFlagsFromString('--no-turbo-inline-js-wasm-calls')
  return import('@cedar-policy/cedar-wasm/nodejs')
}

const available = async (): Promise<Availability> => {
  try {
    const engine = await loadCedar()
    return { ok: true, version: `Cedar ${engine.getCedarVersion()} (language ${engine.getCedarLangVersion()})` }
  } catch {
    return { ok: false, why: 'the Cedar engine cannot be loaded; install `@cedar-policy/cedar-wasm`' }
  }
}

const fileOf = (artifact: Artifact, name: string): string =>
  artifact.files.find(file => file.name === name)?.content ?? ''

const SETS = { allow: 'policy.cedar', review: 'review.cedar' } as const

const problemsOf = (engine: Engine, schema: string, name: string, policies: string): readonly string[] => {
  const answer = engine.validate({
    schema,
    policies: { staticPolicies: policies },
    validationSettings: { mode: 'strict' },
  })
  if (answer.type === 'failure') return answer.errors.map(({ message }) => `${name}: ${message}`)
  return answer.validationErrors.map(({ policyId, error }) => `${name}: ${policyId}: ${error.message}`)
}

type EngineContext = Parameters<Engine['isAuthorized']>[0]['context']
type EngineValue = EngineContext[string]

/** The question's context in the engine's own JSON form: plain objects and arrays. */
const recordOf = (record: CedarQuestion['context']['input']): EngineContext =>
  Object.fromEntries(
    Object.entries(record).map(([key, value]): [string, EngineValue] => [
      key,
      typeof value === 'object' && !('__extn' in value) ? [...value] : value,
    ]),
  )

const contextOf = ({ context }: CedarQuestion): EngineContext => ({
  input: recordOf(context.input),
  call: recordOf(context.call),
  ...(context.undeclared === undefined ? {} : { undeclared: [...context.undeclared] }),
  ...(context.unseen === undefined ? {} : { unseen: context.unseen }),
})

interface Prepared {
  readonly engine: Engine
  readonly mapping: CedarMapping
  readonly id: string
}

/** An error of the engine, on the request or in a policy, is never an allow. */
const permitted = ({ engine, id }: Prepared, set: keyof typeof SETS, question: CedarQuestion): boolean => {
  const answer = engine.statefulIsAuthorized({
    principal: { ...question.principal },
    action: { ...question.action },
    resource: { ...question.resource },
    context: contextOf(question),
    preparsedSchemaName: id,
    preparsedPolicySetId: `${id}/${set}`,
    validateRequest: true,
    entities: [],
  })
  return answer.type === 'success' && answer.response.decision === 'allow'
}

const verdictOf = (prepared: Prepared, request: ActionRequest): Verdict | null => {
  if (request.substrate !== 'tool') return null
  const questions = toCedarQuestions(prepared.mapping, request)
  if ('refused' in questions) return 'deny'
  const allowed = (set: keyof typeof SETS): boolean => questions.ask.every(one => permitted(prepared, set, one))
  return allowed('allow') ? 'allow' : allowed('review') ? 'review' : 'deny'
}

/** The engine keeps what it has parsed under a name; one name, so that checks do not pile up. */
const SLOT = 'ambit'

const check: Oracle['check'] = async (artifact, cases): Promise<OracleFindings> => {
  const silent = { verdicts: cases.map(() => null), problems: [] }
  if (artifact.files.length === 0) return silent
  const mapping = readCedarMapping(fileOf(artifact, 'mapping.json'))
  if (mapping === null) return { ...silent, problems: ['mapping.json: not a mapping'] }
  const engine = await loadCedar()
  const schema = fileOf(artifact, 'schema.cedarschema')
  const parsed = engine.preparseSchema(SLOT, schema)
  if (parsed.type === 'failure')
    return { ...silent, problems: parsed.errors.map(({ message }) => `schema.cedarschema: ${message}`) }
  const problems: string[] = []
  for (const set of ['allow', 'review'] as const) {
    const policies = fileOf(artifact, SETS[set])
    problems.push(...problemsOf(engine, schema, SETS[set], policies))
    const ready = engine.preparsePolicySet(`${SLOT}/${set}`, { staticPolicies: policies })
    if (ready.type === 'failure') return { ...silent, problems }
  }
  const prepared = { engine, mapping, id: SLOT }
  return { verdicts: cases.map(({ request }) => verdictOf(prepared, request)), problems }
}

/** One request, put to the engine as often as asked: its questions are written beforehand. */
export interface CedarAsk {
  /** The first policy set alone: whether the request is allowed. */
  readonly isAllowed: () => boolean
  /** Both sets, as far as needed. */
  readonly verdict: () => Verdict
}

/**
 * The engine as a gateway would hold it: policy sets parsed once, requests not validated. Null where the artifact has no policies
 * that the engine takes; a request is null where the mapping refuses it, so that the engine is not asked.
 */
export const cedarAsker = async (artifact: Artifact): Promise<((request: ActionRequest) => CedarAsk | null) | null> => {
  const mapping = readCedarMapping(fileOf(artifact, 'mapping.json'))
  if (mapping === null) return null
  const engine = await loadCedar()
  for (const set of ['allow', 'review'] as const) {
    const ready = engine.preparsePolicySet(`${SLOT}/${set}`, { staticPolicies: fileOf(artifact, SETS[set]) })
    if (ready.type === 'failure') return null
  }
  return request => {
    const questions = toCedarQuestions(mapping, request)
    if ('refused' in questions) return null
    const passes = (set: keyof typeof SETS): (() => boolean) => {
      const calls = questions.ask.map(({ principal, action, resource, ...question }) => ({
        principal: { ...principal },
        action: { ...action },
        resource: { ...resource },
        context: contextOf({ principal, action, resource, ...question }),
        preparsedPolicySetId: `${SLOT}/${set}`,
        validateRequest: false,
        entities: [],
      }))
      return () =>
        calls.every(call => {
          const answer = engine.statefulIsAuthorized(call)
          return answer.type === 'success' && answer.response.decision === 'allow'
        })
    }
    const [isAllowed, isReviewed] = [passes('allow'), passes('review')]
    return { isAllowed, verdict: () => (isAllowed() ? 'allow' : isReviewed() ? 'review' : 'deny') }
  }
}

export const cedarOracle: Oracle = {
  id: 'cedar-engine',
  encoders: ['cedar'],
  summary: 'the Cedar engine, with strict schema validation and request validation',
  available,
  check,
}
