/**
 * One more entry at the end of `exceptions.yaml`. What the file says already stays as it was written, comments included; a file
 * that is not read whole, and an entry that would not be accepted, are left alone.
 */
import { randomUUID } from 'node:crypto'
import { readFile, rename, rm, writeFile } from 'node:fs/promises'
import { Document, isMap, isSeq, parseDocument, Scalar, visit } from 'yaml'
import type { Exception } from '../../core/model/exception.ts'
import { done, failed, type Outcome, type Problem } from '../problem.ts'
import type { ExceptionLimits } from './exception-problems.ts'
import { readExceptions } from './read-exceptions.ts'

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : 'unknown error'

const readOrEmpty = async (file: string): Promise<Outcome<string>> => {
  try {
    return done(await readFile(file, 'utf8'))
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return done('')
    return failed({ code: 'file-unreadable', what: `cannot be read: ${codeOf(error)}`, where: file, help: null })
  }
}

/** Text is quoted: nothing that a person writes can be taken for anything else. */
const withEntry = (text: string, exception: Exception): string => {
  const document = text.trim() === '' ? new Document({ exceptions: [] }) : parseDocument(text)
  const entry = document.createNode(exception)
  visit(entry, {
    Scalar: (key, node) => {
      if (typeof node.value === 'string' && key !== 'key') node.type = Scalar.QUOTE_DOUBLE
    },
  })
  const list = isMap(document.contents) ? document.contents.get('exceptions') : null
  if (!isSeq(list)) return new Document({ exceptions: [exception] }).toString({ lineWidth: 0 })
  list.flow = false
  list.add(entry)
  return document.toString({ lineWidth: 0 })
}

const replace = async (file: string, text: string): Promise<Outcome<null>> => {
  const temporary = `${file}.${randomUUID()}.tmp`
  try {
    await writeFile(temporary, text, { flag: 'wx' })
    await rename(temporary, file)
    return done(null)
  } catch (error) {
    await rm(temporary, { force: true })
    return failed({ code: 'output-failed', what: `cannot write: ${codeOf(error)}`, where: file, help: null })
  }
}

/** Errors: those of reading the file as it is, and those that the new entry would have. */
export const addException = async (
  file: string,
  exception: Exception,
  limits: ExceptionLimits,
): Promise<Outcome<null>> => {
  const text = await readOrEmpty(file)
  if (!text.ok) return text
  const before = readExceptions(text.value, file, limits)
  if (before.problems.length > 0) return failed(...before.problems)
  const after = withEntry(text.value, exception)
  const read = readExceptions(after, file, limits)
  const problems: readonly Problem[] = read.problems
  if (problems.length > 0) return failed(...problems)
  return replace(file, after)
}
