/** What `ambit evaluate --format jsonl` wrote → judged calls, as far as a judgement tells: it has no times and no context. */
import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import type { Noted } from '../../core/model/alert.ts'
import { SUBSTRATES } from '../../core/model/substrate.ts'
import { VERDICT_CODES, type VerdictCode } from '../../core/model/verdict.ts'
import { done, failed, type Outcome } from '../../io/problem.ts'

const scalar = z.union([z.string(), z.number(), z.boolean(), z.null()])
const CODES = Object.keys(VERDICT_CODES) as [VerdictCode, ...VerdictCode[]]

const JUDGEMENT = z.object({
  workload: z.string(),
  session: z.string().nullable(),
  index: z.number(),
  substrate: z.enum(SUBSTRATES),
  action: z.string(),
  verdict: z.enum(['allow', 'review', 'deny']),
  code: z.enum(CODES),
  permission: z.string().nullable(),
  deviation: z.object({ dimension: z.string(), code: z.enum(CODES), observed: scalar, allowed: z.string() }).nullable(),
})

const parsed = (line: string): z.output<typeof JUDGEMENT> | null => {
  try {
    return JUDGEMENT.parse(JSON.parse(line))
  } catch {
    return null
  }
}

/** Of one workload. Errors: `file-unreadable`, `field-invalid` at the first line that is no judgement. */
export const readJudgements = async (file: string, workload: string): Promise<Outcome<readonly Noted[]>> => {
  let text: string
  try {
    text = await readFile(file, 'utf8')
  } catch (error) {
    const why = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error'
    return failed({ code: 'file-unreadable', what: `cannot be read: ${why}`, where: file, help: null })
  }
  const noted: Noted[] = []
  for (const [at, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue
    const judgement = parsed(line)
    if (judgement === null) {
      const help = 'write it with `ambit evaluate --format jsonl`'
      return failed({ code: 'field-invalid', what: 'the line is no judgement', where: `${file}:${at + 1}`, help })
    }
    // A call of no session has nobody to count it by.
    if (judgement.workload !== workload || judgement.session === null) continue
    const { session, index, substrate, action, verdict, code, permission, deviation } = judgement
    noted.push({
      id: `${session}/${substrate}/${index}`,
      witness: session,
      at: Number.NaN,
      substrate,
      action,
      verdict,
      code,
      permission,
      deviations: deviation === null ? [] : [deviation],
      outside: null,
      task: null,
      exception: null,
    })
  }
  return done(noted)
}
