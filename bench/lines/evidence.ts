/** The recorded evidence that the whole line is run over, and the decisions file that CloudTrail needs to name workloads. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { z } from 'zod'
import { SUITES } from '../quality/sessions.ts'

export interface Line {
  readonly name: string
  readonly evidence: string
  /** Path of a decisions file, or null: everything defaulted. */
  readonly decisions: string | null
}

const EVENT = z.object({
  userIdentity: z
    .object({
      arn: z.string().optional(),
      sessionContext: z.object({ sessionIssuer: z.object({ arn: z.string().optional() }).optional() }).optional(),
    })
    .optional(),
})

/** Every role and user in the file as a workload of its own: account as namespace, last part of the ARN as name. */
export const identitiesIn = (file: string): string => {
  const lines = gunzipSync(readFileSync(file)).toString('utf8').split('\n')
  const arns = lines
    .filter(line => line !== '')
    .map(line => EVENT.parse(JSON.parse(line)).userIdentity)
    .flatMap(identity => identity?.sessionContext?.sessionIssuer?.arn ?? identity?.arn ?? [])
  const entries = [...new Set(arns)].sort().flatMap(arn => {
    const [account, name] = [arn.split(':')[4] ?? '', arn.split('/').pop() ?? '']
    return account === '' || name === '' ? [] : [`  ${JSON.stringify(arn)}: ${account}/${name}`]
  })
  return `identities:\n${entries.join('\n')}\n`
}

export const linesOf = (data: string, out: string): readonly Line[] => {
  const cloudtrail = ['account', 'techniques'].map((name): Line => {
    const evidence = join(data, 'cloudtrail', `${name}.cloudtrail.jsonl.gz`)
    const decisions = join(out, `${name}.ambit.yaml`)
    mkdirSync(out, { recursive: true })
    writeFileSync(decisions, identitiesIn(evidence))
    return { name: `cloudtrail ${name}`, evidence, decisions }
  })
  return [
    ...SUITES.map(
      (name): Line => ({ name, evidence: join(data, 'agent-traces', `${name}.otlp.jsonl.gz`), decisions: null }),
    ),
    ...cloudtrail,
    { name: 'tetragon samples', evidence: join(data, 'samples', 'tetragon'), decisions: null },
  ]
}
