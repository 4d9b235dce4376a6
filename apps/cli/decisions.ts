/** `--decisions` → what a person decided; without it, everything is defaulted. */
import { readFile } from 'node:fs/promises'
import { DEFAULT_DECISIONS, type Decisions } from '../../core/model/decisions.ts'
import { CLOSURE_RULES } from '../../core/pipeline.ts'
import { readDecisions } from '../../io/decisions/read-decisions.ts'
import { done, failed, type Outcome } from '../../io/problem.ts'

/** Errors: `file-unreadable`, and those of reading decisions. */
export const loadDecisions = async (file: string | null): Promise<Outcome<Decisions>> => {
  if (file === null) return done(DEFAULT_DECISIONS)
  let text: string
  try {
    text = await readFile(file, 'utf8')
  } catch (error) {
    const why = error instanceof Error && 'code' in error ? String(error.code) : String(error)
    return failed({ code: 'file-unreadable', what: `cannot be read: ${why}`, where: file, help: null })
  }
  return readDecisions(
    text,
    file,
    CLOSURE_RULES.map(({ id }) => id),
  )
}
