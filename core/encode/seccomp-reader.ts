/**
 * Reference reader for OCI seccomp profiles: whether a system call is let through, by name alone. Reads also profiles
 * that were not written here, and never takes a rule that depends on arguments for permission.
 */
import { z } from 'zod'
import type { Artifact } from '../model/encoder.ts'
import type { ActionRequest } from '../model/request.ts'
import type { Verdict } from '../model/verdict.ts'
import { readOnce } from './read-once.ts'

const ALLOWING: readonly string[] = ['SCMP_ACT_ALLOW', 'SCMP_ACT_LOG']

const profile = z.object({
  defaultAction: z.string(),
  syscalls: z.array(
    z.strictObject({
      names: z.array(z.string()),
      action: z.string(),
      errnoRet: z.number().int().optional(),
      args: z.array(z.unknown()).nullish(),
    }),
  ),
})

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

const readProfile = readOnce(({ files: [file] }) =>
  file === undefined ? null : profile.safeParse(parseJson(file.content)),
)

/**
 * Null: not a system call, nothing was written, or a call of which something was not recorded: the kernel is there when the
 * call is made. A profile that cannot be read allows nothing.
 */
export const decideSeccomp = (artifact: Artifact, { substrate, action, visibility }: ActionRequest): Verdict | null => {
  const read = readProfile(artifact)
  if (substrate !== 'syscall' || visibility !== 'seen' || read === null) return null
  if (!read.success) return 'deny'
  const rules = read.data.syscalls.filter(({ names }) => names.includes(action))
  if (rules.length === 0) return ALLOWING.includes(read.data.defaultAction) ? 'allow' : 'deny'
  return rules.every(rule => ALLOWING.includes(rule.action) && (rule.args ?? []).length === 0) ? 'allow' : 'deny'
}
