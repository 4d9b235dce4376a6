/** The decisions file that a person named → what was decided; where none is named, everything is defaulted. */
import { readFile } from 'node:fs/promises'
import { DEFAULT_DECISIONS, type Decisions } from '../../core/model/decisions.ts'
import { done, failed, type Outcome } from '../problem.ts'
import { readDecisions } from './read-decisions.ts'

/** `rules`: ids of the closure rules that the program has. Errors: `file-unreadable`, and those of {@link readDecisions}. */
export const loadDecisions = async (file: string | null, rules: readonly string[]): Promise<Outcome<Decisions>> => {
  if (file === null) return done(DEFAULT_DECISIONS)
  let text: string
  try {
    text = await readFile(file, 'utf8')
  } catch (error) {
    const why = error instanceof Error && 'code' in error ? String(error.code) : String(error)
    return failed({ code: 'file-unreadable', what: `cannot be read: ${why}`, where: file, help: null })
  }
  return readDecisions(text, file, rules)
}
