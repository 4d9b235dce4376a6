/** A `policy.yaml`, or every one below a folder → policies by workload, and those that cannot be read or trusted. */
import { readdir, readFile, stat } from 'node:fs/promises'
import { dirname, join, sep } from 'node:path'
import type { DerivedPolicy } from '../../core/model/policy.ts'
import { type Workload, workloadKey } from '../../core/model/workload.ts'
import { workloadFolder } from '../output/folder-name.ts'
import { done, failed, type Outcome, type Problem } from '../problem.ts'
import { readPolicy } from './read-policy.ts'

export interface LoadedPolicy {
  readonly file: string
  readonly policy: DerivedPolicy
}

export interface LoadedPolicies {
  /** By `namespace/name`. */
  readonly policies: ReadonlyMap<string, LoadedPolicy>
  /** Whether there is a policy for the workload that cannot be read or trusted, as far as its place tells. */
  readonly isUnreadable: (workload: Workload) => boolean
  readonly problems: readonly Problem[]
}

const MAX_DEPTH = 8

const unreadable = (path: string, error: unknown): Problem => ({
  code: 'file-unreadable',
  what: `cannot be read: ${error instanceof Error && 'code' in error ? String(error.code) : 'unknown error'}`,
  where: path,
  help: null,
})

/** Below a folder, in the order of the names; links are not followed. */
const findPolicies = async (folder: string, depth: number): Promise<readonly string[]> => {
  const entries = await readdir(folder, { withFileTypes: true })
  entries.sort((a, b) => (a.name < b.name ? -1 : 1))
  const found: string[] = []
  for (const entry of entries) {
    if (entry.isFile() && entry.name === 'policy.yaml') found.push(join(folder, entry.name))
    else if (entry.isDirectory() && depth < MAX_DEPTH)
      found.push(...(await findPolicies(join(folder, entry.name), depth + 1)))
  }
  return found
}

const missing = (folder: string): Problem => ({
  code: 'policy-missing',
  what: 'no `policy.yaml` in the folder',
  where: folder,
  help: 'run `ambit derive`',
})

export const policyFiles = async (path: string): Promise<Outcome<readonly string[]>> => {
  try {
    const files = (await stat(path)).isDirectory() ? await findPolicies(path, 0) : [path]
    return files.length === 0 ? failed(missing(path)) : done(files)
  } catch (error) {
    return failed(unreadable(path, error))
  }
}

export const readPolicyFile = async (file: string): Promise<Outcome<DerivedPolicy>> => {
  try {
    return readPolicy(await readFile(file, 'utf8'), file)
  } catch (error) {
    return failed(unreadable(file, error))
  }
}

/** A `policy.yaml`, or the only one below a folder. Errors: those of reading it, `policy-missing`, `policy-ambiguous`. */
export const loadPolicy = async (path: string): Promise<Outcome<DerivedPolicy>> => {
  const files = await policyFiles(path)
  if (!files.ok) return files
  const [file = path, ...others] = files.value
  if (others.length === 0) return readPolicyFile(file)
  const what = `${files.value.length} policies below the folder, and this is about one`
  return failed({ code: 'policy-ambiguous', what, where: path, help: `name a file, e.g. \`${file}\`` })
}

/**
 * A wrong file does not stop the others: it is among the problems, and its folder among the unreadable. Errors:
 * `file-unreadable` where the path itself is, `policy-missing` where a folder holds no policy.
 */
export const loadPolicies = async (path: string): Promise<Outcome<LoadedPolicies>> => {
  const files = await policyFiles(path)
  if (!files.ok) return files
  const policies = new Map<string, LoadedPolicy>()
  const ambiguous = new Set<string>()
  const broken: string[] = []
  const problems: Problem[] = []
  for (const file of files.value) {
    const outcome = await readPolicyFile(file)
    if (!outcome.ok) {
      problems.push(...outcome.problems)
      broken.push(file)
      continue
    }
    const key = workloadKey(outcome.value.workload)
    const other = policies.get(key)
    if (other === undefined) policies.set(key, { file, policy: outcome.value })
    else {
      const what = `a second policy for \`${key}\`; the first is \`${other.file}\``
      problems.push({ code: 'policy-ambiguous', what, where: file, help: 'keep one of the two' })
      ambiguous.add(key)
    }
  }
  for (const key of ambiguous) policies.delete(key)
  const isUnreadable = (workload: Workload): boolean =>
    ambiguous.has(workloadKey(workload)) ||
    broken.some(file => file === path || dirname(file).endsWith(join(sep, ...workloadFolder(workload))))
  return done({ policies, isUnreadable, problems })
}
