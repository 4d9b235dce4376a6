/**
 * Text of `marks.yaml` → a reviewer's marks. Unlike an exception, a mark only ever narrows, and one that is lost would let what
 * was malicious count as need: a file with anything wrong in it is refused as a whole.
 */
import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import type { Mark } from '../../core/model/mark.ts'
import { done, failed, type Outcome } from '../problem.ts'
import { checkYaml } from '../yaml/check-yaml.ts'
import { readYaml } from '../yaml/read-yaml.ts'

const MAX_CHARACTERS = 16_000_000

const name = z.string().min(1).max(4_096)

const schema = z.strictObject({
  malicious: z.array(
    z
      .strictObject({
        session: name.optional().describe('Verbatim session id'),
        observation: name.optional().describe('Id of one observation'),
        workload: name.optional().describe('`namespace/name`; left out: of any workload'),
        by: name.describe('Who marked it'),
        reason: name.describe('Why'),
      })
      .refine(({ session, observation }) => (session === undefined) !== (observation === undefined), {
        params: { problem: 'names not exactly one thing' },
        error: 'write either a `session` or an `observation`',
      }),
  ),
})

/** Errors: `file-unreadable`, those of reading YAML, `field-unknown`, `field-invalid`. */
export const loadMarks = async (file: string): Promise<Outcome<readonly Mark[]>> => {
  let text: string
  try {
    text = await readFile(file, 'utf8')
  } catch (error) {
    const why = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error'
    return failed({ code: 'file-unreadable', what: `cannot be read: ${why}`, where: file, help: null })
  }
  const yaml = readYaml(text, file, MAX_CHARACTERS)
  if (!yaml.ok) return yaml
  const checked = checkYaml(yaml.value, schema)
  if (!checked.ok) return checked
  return done(
    checked.value.malicious.map(({ session = null, observation = null, workload = null, by, reason }) => ({
      session,
      observation,
      workload,
      by,
      reason,
    })),
  )
}
