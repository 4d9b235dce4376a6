/**
 * Derived policy → OCI seccomp profile (`linux.seccomp`, also what Docker, containerd and CRI-O load): an allow-list of
 * system calls, everything else refused with EPERM. A profile from a window that missed the start of the process, or in
 * which the sensor lost events, would stop the program from starting, so none is written.
 */
import type { Artifact, Encoder, Loss } from '../model/encoder.ts'
import type { DerivedPolicy, IncompleteCode, Permission } from '../model/policy.ts'
import { PROBED_FIRST, SECCOMP_BASE } from './seccomp-base.ts'
import { decideSeccomp } from './seccomp-reader.ts'
import { usualLosses } from './usual-losses.ts'

const ID = 'seccomp'
const FILE = 'seccomp.json'
const EPERM = 1
const ENOSYS = 38

/** A process of an architecture that is not listed is refused every call. The 32-bit modes of each come with it. */
const ARCHITECTURES = ['SCMP_ARCH_X86_64', 'SCMP_ARCH_X86', 'SCMP_ARCH_X32', 'SCMP_ARCH_AARCH64', 'SCMP_ARCH_ARM']

const SYSCALL_NAME = /^[a-z_][a-z0-9_]{0,63}$/

const artifactLoss = (code: Loss['code'], detail: string, flags: { widens?: true; narrows?: true } = {}): Loss => ({
  code,
  permission: null,
  dimension: null,
  widens: flags.widens ?? false,
  narrows: flags.narrows ?? false,
  detail,
})

const dropped = (permission: Permission): Loss => ({
  code: 'permission-dropped',
  permission: permission.id,
  dimension: null,
  widens: false,
  narrows: true,
  detail:
    permission.dimensions.length > 0
      ? 'depends on a dimension that the profile cannot say'
      : 'not the name of a system call',
})

const canSay = ({ action, dimensions }: Permission): boolean => dimensions.length === 0 && SYSCALL_NAME.test(action)

const LOST: ReadonlySet<IncompleteCode> = new Set([
  'sensor-loss',
  'sequence-gap',
  'stream-open',
  'stream-contradicts',
  'start-missed',
])

/** Why no profile may be written, or null. */
const obstacle = (policy: DerivedPolicy, syscalls: readonly Permission[]): string | null => {
  if (!syscalls.some(canSay)) return 'no system calls in the policy'
  if (!policy.base.processStartSeen) return 'the window missed the start of the process: what a start needs is unknown'
  const lost = policy.coverage.incomplete.find(({ code }) => LOST.has(code))
  return lost === undefined ? null : `the window is incomplete (${lost.code}): a call that was lost would be refused`
}

const withheldLoss = (policy: DerivedPolicy): readonly Loss[] => {
  const count = policy.withheld.filter(({ substrate }) => substrate === 'syscall').length
  if (count === 0) return []
  const detail = `${count} withheld system call${count === 1 ? ' is' : 's are'} refused instead of reviewed`
  return [artifactLoss('review-as-deny', detail)]
}

const encode = (policy: DerivedPolicy): Artifact => {
  const syscalls = policy.permissions.filter(({ substrate }) => substrate === 'syscall')
  const losses = [...syscalls.filter(p => !canSay(p)).map(dropped), ...withheldLoss(policy)]
  const why = obstacle(policy, syscalls)
  if (why !== null) return { encoder: ID, files: [], losses: [artifactLoss('not-written', why), ...losses] }

  const observed = [...new Set(syscalls.filter(canSay).map(({ action }) => action))].sort()
  const base = SECCOMP_BASE.map(({ name }) => name)
    .filter(name => !observed.includes(name))
    .sort()
  const allowed = new Set([...observed, ...base])
  const probed = PROBED_FIRST.filter(name => !allowed.has(name))
  const profile = {
    defaultAction: 'SCMP_ACT_ERRNO',
    defaultErrnoRet: EPERM,
    architectures: ARCHITECTURES,
    syscalls: [
      { names: observed, action: 'SCMP_ACT_ALLOW' },
      ...(base.length > 0 ? [{ names: base, action: 'SCMP_ACT_ALLOW' }] : []),
      ...(probed.length > 0 ? [{ names: probed, action: 'SCMP_ACT_ERRNO', errnoRet: ENOSYS }] : []),
    ],
  }
  const added = base.map(name => `\`${name}\``).join(', ')
  return {
    encoder: ID,
    files: [{ name: FILE, content: `${JSON.stringify(profile, null, 2)}\n` }],
    losses: [
      ...(base.length > 0
        ? [artifactLoss('base-added', `for the container runtime and the kernel: ${added}`, { widens: true })]
        : []),
      artifactLoss('constraint-narrowed', 'written for x86-64 and 64-bit Arm; other machines refuse every call', {
        narrows: true,
      }),
      ...losses,
      ...usualLosses(policy, ['syscall']),
    ],
  }
}

export const seccompEncoder: Encoder = {
  id: ID,
  summary: 'OCI seccomp profile: system calls by name, enforced by the kernel',
  substrates: ['syscall'],
  // System calls have no dimensions; a permission that has one cannot be said.
  express: () => 'inexpressible',
  encode,
  decide: decideSeccomp,
}
