/** Puts a policy in the place of another, whole or not at all. */
import { randomUUID } from 'node:crypto'
import { rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { DerivedPolicy } from '../../core/model/policy.ts'
import { writePolicy } from '../../io/policy-file/write-policy.ts'
import { done, failed, type Outcome } from '../../io/problem.ts'

/** The file that a path to a policy means: itself, or the `policy.yaml` in it. */
export const policyFile = async (path: string): Promise<string> => {
  const isFolder = await stat(path).then(
    found => found.isDirectory(),
    () => false,
  )
  return isFolder ? join(path, 'policy.yaml') : path
}

/** Errors: `output-failed`; then the policy that was there still is. */
export const replacePolicy = async (file: string, policy: DerivedPolicy): Promise<Outcome<null>> => {
  const temporary = `${file}.${randomUUID()}.tmp`
  try {
    await writeFile(temporary, writePolicy(policy), { flag: 'wx' })
    await rename(temporary, file)
    return done(null)
  } catch (error) {
    await rm(temporary, { force: true })
    const why = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error'
    return failed({ code: 'output-failed', what: `cannot write: ${why}`, where: file, help: null })
  }
}
