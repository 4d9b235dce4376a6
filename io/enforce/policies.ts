/**
 * A folder of policies → what holds for each workload now, and again whenever the files change. Nothing that cannot be read is
 * ever taken for what was read before: it denies, and says so. Sessions are not part of this, so a reload drops none.
 */
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Context } from '../../core/model/context.ts'
import type { DerivedPolicy } from '../../core/model/policy.ts'
import type { ActionRequest } from '../../core/model/request.ts'
import type { Decision } from '../../core/model/verdict.ts'
import { expiredDecision } from '../../core/policy/expiry.ts'
import { type LoadedPolicies, loadPolicies } from '../policy-file/load-policies.ts'
import type { Problem } from '../problem.ts'

export type Decide = (request: ActionRequest, context: Context) => Decision

export type PolicyState =
  | { readonly kind: 'policy'; readonly policy: DerivedPolicy; readonly decide: Decide }
  | { readonly kind: 'expired'; readonly policy: DerivedPolicy; readonly decision: Decision }
  | { readonly kind: 'missing' }
  | { readonly kind: 'unreadable'; readonly detail: string }

/** Digests; null: none that could be read. */
export interface PolicyChange {
  readonly workload: string
  readonly from: string | null
  readonly to: string | null
  readonly detail: string
}

export interface Policies {
  /** `at` in milliseconds since the epoch. */
  of(workload: string, at: number): PolicyState
  /** `namespace/name` of every workload that has a policy. */
  workloads(): readonly string[]
  /** What cannot be read, as of the last reload. */
  problems(): readonly Problem[]
  /** Reads everything again. One at a time: a second call while one runs waits for a fresh one. */
  reload(): Promise<readonly PolicyChange[]>
  /** Whether a file changed since it was last read; reads no file. */
  isStale(): Promise<boolean>
}

const MAX_DEPTH = 8

/** Everything that tells one state of the files from another, without reading them. Links are followed: volumes are links. */
const fingerprint = async (path: string, depth = 0): Promise<string> => {
  try {
    const { mtimeMs, size, ino, ctimeMs, isDirectory } = await stat(path).then(found => ({
      mtimeMs: found.mtimeMs,
      ctimeMs: found.ctimeMs,
      size: found.size,
      ino: found.ino,
      isDirectory: found.isDirectory(),
    }))
    if (!isDirectory) return `${path}:${ino}:${size}:${mtimeMs}:${ctimeMs}`
    if (depth > MAX_DEPTH) return path
    const below = (await readdir(path, { withFileTypes: true }))
      .filter(entry => entry.isDirectory() || entry.name === 'policy.yaml')
      .map(({ name }) => name)
      .sort()
    return (await Promise.all(below.map(name => fingerprint(join(path, name), depth + 1)))).join('\n')
  } catch (error) {
    return `${path}:${error instanceof Error && 'code' in error ? String(error.code) : 'unreadable'}`
  }
}

interface Loaded {
  readonly policies: ReadonlyMap<string, { readonly policy: DerivedPolicy; readonly decide: Decide }>
  /** Where each workload's policy was read last, also where it cannot be read any more. */
  readonly files: ReadonlyMap<string, string>
  readonly unreadable: (workload: string) => string | null
  readonly problems: readonly Problem[]
  readonly fingerprint: string
}

const NOTHING: Loaded = { policies: new Map(), files: new Map(), unreadable: () => null, problems: [], fingerprint: '' }

const textOf = ({ what, where }: Problem): string => (where === null ? what : `${what} (${where})`)

const workloadOf = (key: string) => {
  const [namespace = '', name = ''] = key.split('/')
  return { namespace, name }
}

/** A file that cannot be read was the workload's before, or stands where a folder has its only one. */
const reasonOf = (
  { isUnreadable, problems }: LoadedPolicies,
  files: readonly (string | undefined)[],
  workload: string,
): string | null => {
  const isBroken = problems.some(({ where }) => files.some(file => where === file || where?.startsWith(`${file}:`)))
  return isBroken || isUnreadable(workloadOf(workload)) ? problems.map(textOf).join('; ').slice(0, 2_000) : null
}

const load = async (path: string, compile: (policy: DerivedPolicy) => Decide, before: Loaded): Promise<Loaded> => {
  // Before reading: a change while reading is seen again.
  const current = await fingerprint(path)
  const outcome = await loadPolicies(path)
  if (!outcome.ok) {
    const isMissing = outcome.problems.every(({ code }) => code === 'policy-missing')
    const detail = outcome.problems.map(textOf).join('; ').slice(0, 2_000)
    return {
      ...NOTHING,
      files: before.files,
      unreadable: () => (isMissing ? null : detail),
      problems: outcome.problems,
      fingerprint: current,
    }
  }
  const policies = [...outcome.value.policies].map(([key, { policy }]) => {
    const known = before.policies.get(key)
    return [key, known?.policy.digest === policy.digest ? known : { policy, decide: compile(policy) }] as const
  })
  const files = new Map([
    ...before.files,
    ...[...outcome.value.policies].map(([key, { file }]) => [key, file] as const),
  ])
  return {
    policies: new Map(policies),
    files,
    unreadable: workload => reasonOf(outcome.value, [files.get(workload), join(path, 'policy.yaml')], workload),
    problems: outcome.value.problems,
    fingerprint: current,
  }
}

const changesOf = (before: Loaded, after: Loaded): readonly PolicyChange[] =>
  [...new Set([...before.policies.keys(), ...after.policies.keys()])].sort().flatMap(workload => {
    const from = before.policies.get(workload)?.policy.digest ?? null
    const to = after.policies.get(workload)?.policy.digest ?? null
    if (from === to) return []
    const lost = after.unreadable(workload)
    const detail = to !== null ? 'read' : lost === null ? 'the policy is gone' : `the policy cannot be read: ${lost}`
    return [{ workload, from, to, detail }]
  })

/** `path`: a `policy.yaml`, or a folder with one for each workload. What is wrong at the start is a state, not an error. */
export const openPolicies = async (path: string, compile: (policy: DerivedPolicy) => Decide): Promise<Policies> => {
  let loaded = await load(path, compile, NOTHING)
  let turn: Promise<unknown> = Promise.resolve()
  const reload = async (): Promise<readonly PolicyChange[]> => {
    const before = loaded
    loaded = await load(path, compile, before)
    return changesOf(before, loaded)
  }
  return {
    of: (workload, at) => {
      const known = loaded.policies.get(workload)
      if (known !== undefined) {
        const expired = expiredDecision(known.policy, at)
        return expired === null
          ? { kind: 'policy', ...known }
          : { kind: 'expired', policy: known.policy, decision: expired }
      }
      const detail = loaded.unreadable(workload)
      return detail === null ? { kind: 'missing' } : { kind: 'unreadable', detail }
    },
    workloads: () => [...loaded.policies.keys()],
    problems: () => loaded.problems,
    reload: () => {
      const next = turn.then(reload)
      turn = next.catch(() => undefined)
      return next
    },
    isStale: async () => (await fingerprint(path)) !== loaded.fingerprint,
  }
}
