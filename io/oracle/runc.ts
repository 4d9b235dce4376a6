/**
 * Oracle for seccomp profiles: the kernel itself. The profile is loaded by runc as on a node, and a probe in the container
 * makes the system calls; what comes back tells a call that the filter refused from one that it let through.
 *
 * The profile runs as written, but for the errno numbers of its refusals: they are replaced by one that no kernel returns,
 * so that a refusal cannot be mistaken for a failure that the call has by itself. x86-64 calls only: 32-bit modes, and
 * other machines, are not probed, and such requests get no verdict.
 */
import { arch, platform } from 'node:os'
import { z } from 'zod'
import type { Artifact } from '../../core/model/encoder.ts'
import type { Verdict } from '../../core/model/verdict.ts'
import type { Availability, Oracle, OracleCase, OracleFindings } from './oracle.ts'
import { type ContainerResult, runContainer, runcVersion } from './runc-container.ts'
import { SYSCALL_NUMBERS } from './syscall-numbers.ts'
import { type Probe, probeProgram, readProbe } from './syscall-probe.ts'

/** Within what an errno may be (4095), beyond any that Linux defines. */
const REFUSED = 4000
const ENOSYS = 38
const EXIT_GROUP = 231
/** Calls that end or stop the process whatever their arguments: `rt_sigreturn`, `pause`, `exit`, `exit_group`. */
const ENDINGS: readonly number[] = [15, 34, 60, EXIT_GROUP]
/** Made first by every probe: an answer to it says that the probe ran at all. */
const GETPID = 39
/** How long the probe of an ending may take before it counts as stopped, in milliseconds. */
const STOPPED_AFTER = 3_000

const rule = z.looseObject({ action: z.enum(['SCMP_ACT_ALLOW', 'SCMP_ACT_LOG', 'SCMP_ACT_ERRNO']) })
const profile = z.looseObject({ defaultAction: rule.shape.action, syscalls: z.array(rule) })

/** The same profile with refusals that can be told apart; null where it cannot be read or does more than let through and refuse. */
const marked = (text: string): object | null => {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    return null
  }
  const read = profile.safeParse(json)
  if (!read.success) return null
  const { syscalls } = read.data
  return {
    ...read.data,
    defaultErrnoRet: REFUSED,
    syscalls: syscalls.map(entry => (entry.action === 'SCMP_ACT_ERRNO' ? { ...entry, errnoRet: REFUSED } : entry)),
  }
}

const run = async (probe: Probe, seccomp: object | null, milliseconds = 30_000): Promise<ContainerResult> =>
  runContainer({ args: ['/probe'], files: { probe: probeProgram(probe) }, seccomp, milliseconds })

type Results = ReadonlyMap<number, bigint>

const results = (probe: Probe, { output }: ContainerResult): Results | null => {
  const read = readProbe(probe, output)
  return read === null ? null : new Map(probe.numbers.map((number, index) => [number, read.results[index] ?? 0n]))
}

/** What this kernel answers to every call that is made without a profile. */
const unfiltered = async (): Promise<Results | string> => {
  const numbers = [...SYSCALL_NUMBERS.values()].filter(number => !ENDINGS.includes(number))
  const probe: Probe = { numbers, last: EXIT_GROUP }
  const ended = await run(probe, null)
  return results(probe, ended) ?? (ended.errors.trim().split('\n')[0] || `the probe ended with status ${ended.status}`)
}

let baseline: Promise<Results | string> | null = null
// One kernel per process: its answers without a profile do not change.
const naturally = (): Promise<Results | string> => {
  baseline ??= unfiltered()
  return baseline
}

const available = async (): Promise<Availability> => {
  if (platform() !== 'linux' || arch() !== 'x64') return { ok: false, why: 'needs Linux on x86-64' }
  if (process.getuid?.() !== 0)
    return { ok: false, why: 'needs root: run as root, or in a container that may start containers' }
  const version = await runcVersion()
  if (version === null) return { ok: false, why: 'runc is not installed: install the package `runc`' }
  const natural = await naturally()
  return typeof natural === 'string'
    ? { ok: false, why: `runc cannot start a container here: ${natural}` }
    : { ok: true, version }
}

/** @param natural what the call answers without a profile. */
const verdictOf = (found: bigint, natural: bigint | undefined): Verdict | null => {
  if (found === BigInt(-REFUSED)) return 'deny'
  if (found !== BigInt(-ENOSYS)) return 'allow'
  // Beyond the highest call that a profile names, runc itself refuses with ENOSYS.
  return natural === BigInt(-ENOSYS) ? null : 'deny'
}

/** An ending is refused when the program goes on after it. */
const probeEnding = async (last: number, seccomp: object): Promise<Verdict | null> => {
  const probe: Probe = { numbers: [GETPID], last }
  const read = readProbe(probe, (await run(probe, seccomp, STOPPED_AFTER)).output)
  return read === null ? null : read.lastRefused ? 'deny' : 'allow'
}

const probeAll = async (
  numbers: ReadonlySet<number>,
  seccomp: object,
): Promise<ReadonlyMap<number, Verdict | null> | string> => {
  const natural = await naturally()
  if (typeof natural === 'string') return natural
  const probe: Probe = {
    numbers: [GETPID, ...[...numbers].filter(number => !ENDINGS.includes(number))],
    last: EXIT_GROUP,
  }
  const ended = await run(probe, seccomp)
  const found = results(probe, ended)
  if (found === null)
    return ended.errors.trim().split('\n')[0] || `the probe ended with status ${ended.status} and no answer`
  const verdicts = new Map<number, Verdict | null>()
  for (const [number, result] of found) verdicts.set(number, verdictOf(result, natural.get(number)))
  for (const number of ENDINGS.filter(ending => numbers.has(ending))) {
    verdicts.set(number, await probeEnding(number, seccomp))
  }
  return verdicts
}

const numberOf = ({ request }: OracleCase): number | null =>
  request.substrate === 'syscall' && request.visibility === 'seen'
    ? (SYSCALL_NUMBERS.get(request.action) ?? null)
    : null

const check = async (artifact: Artifact, cases: readonly OracleCase[]): Promise<OracleFindings> => {
  const silent = (problems: readonly string[]): OracleFindings => ({ verdicts: cases.map(() => null), problems })
  const file = artifact.files[0]
  if (file === undefined) return silent([])
  const seccomp = marked(file.content)
  if (seccomp === null) return silent([`\`${file.name}\` is not a profile that only lets through and refuses`])
  const numbers = cases.map(numberOf)
  const verdicts = await probeAll(new Set(numbers.filter(number => number !== null)), seccomp)
  if (typeof verdicts === 'string') return silent([`runc cannot run the probe under \`${file.name}\`: ${verdicts}`])
  return { verdicts: numbers.map(number => (number === null ? null : (verdicts.get(number) ?? null))), problems: [] }
}

export const runcOracle: Oracle = {
  id: 'kernel-seccomp',
  encoders: ['seccomp'],
  summary: 'the kernel, with the profile loaded by runc: every call is made in a container',
  available,
  check,
}
