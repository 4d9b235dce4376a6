/** `ambit audit verify`: a log of receipts, offline: whether it is what was written, and its decisions what their policies say. */
import type { KeyObject } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { DerivedPolicy } from '../../../core/model/policy.ts'
import { jsonText } from '../../../io/json-text.ts'
import { loadPinnedPolicies } from '../../../io/policy-file/load-pinned.ts'
import { done, failed, type Outcome, type Problem } from '../../../io/problem.ts'
import { fingerprint } from '../../../io/receipts/dsse.ts'
import { type Head, readHead } from '../../../io/receipts/head.ts'
import { digestKeyId, keyedDigest } from '../../../io/receipts/keyed-digest.ts'
import { readDigestKey, readPublicKey } from '../../../io/receipts/keys.ts'
import { type VerifiedLog, type VerifyLogOptions, verifyLog } from '../../../io/receipts/verify-log.ts'
import { EXIT, type ExitCode, type Io } from '../io.ts'
import { paletteFor } from '../palette.ts'
import { showProblems, showWarnings } from '../problems.ts'
import { type AuditReport, renderAudit } from '../render/audit.ts'
import { createRecomputer, type Recomputations } from './recomputed.ts'
import { unreadableLog } from './unreadable-log.ts'

export interface AuditVerifyOptions {
  readonly folder: string
  readonly keys: readonly string[]
  readonly policies: string | null
  readonly digestKey: string | null
  readonly head: string | null
  readonly format: 'text' | 'json'
}

const keysByFingerprint = async (places: readonly string[]): Promise<Outcome<ReadonlyMap<string, KeyObject>>> => {
  const keys = new Map<string, KeyObject>()
  for (const place of places) {
    const key = await readPublicKey(place)
    if (!key.ok) return key
    keys.set(fingerprint(key.value), key.value)
  }
  return done(keys)
}

const headIn = async (file: string): Promise<Outcome<Head>> => {
  try {
    return readHead(await readFile(file, 'utf8'), file)
  } catch {
    return failed({ code: 'file-unreadable', what: 'the head cannot be read', where: file, help: null })
  }
}

/** What is not asked for is not there; what is asked for and cannot be read stops the command. */
const whereGiven = async <T>(
  place: string | null,
  read: (place: string) => Promise<Outcome<T>>,
): Promise<Outcome<T | null>> => (place === null ? done(null) : read(place))

interface Audited {
  readonly verified: VerifiedLog
  readonly recomputed: Recomputations
}

const audit = async (
  source: Omit<VerifyLogOptions, 'onRecord'>,
  policies: ReadonlyMap<string, DerivedPolicy>,
  digestKey: KeyObject | null,
): Promise<Audited> => {
  const recomputer = createRecomputer(policies, digestKey === null ? null : keyedDigest(digestKey))
  const verified = await verifyLog({ ...source, onRecord: recomputer.see })
  return { verified, recomputed: recomputer.end() }
}

/** With another key every value would look like none that the policy names: decisions would differ that do not. */
const otherDigestKey = (where: string | null, used: readonly string[]): Problem => ({
  code: 'key-invalid',
  what: `values of the log were digested with ${used.length === 1 ? 'another key' : 'several keys'}: the digest key is not used`,
  where,
  help: null,
})

export const auditVerifyCommand = async (options: AuditVerifyOptions, io: Io): Promise<ExitCode> => {
  const { folder } = options
  const keys = await keysByFingerprint(options.keys)
  const head = await whereGiven(options.head, headIn)
  const policies = await whereGiven(options.policies, loadPinnedPolicies)
  const digestKey = await whereGiven(options.digestKey, readDigestKey)
  if (!keys.ok || !head.ok || !policies.ok || !digestKey.ok) {
    showProblems(
      io,
      [keys, head, policies, digestKey].flatMap(one => (one.ok ? [] : one.problems)),
    )
    return EXIT.usage
  }
  showWarnings(io, policies.value?.problems ?? [])
  const byDigest = policies.value?.byDigest ?? new Map<string, DerivedPolicy>()
  const source = { folder, keys: keys.value, head: head.value }
  try {
    let audited = await audit(source, byDigest, digestKey.value)
    const { digestKeys } = audited.verified
    const given = digestKey.value === null ? null : digestKeyId(digestKey.value)
    if (given !== null && digestKeys.some(id => id !== given)) {
      showWarnings(io, [otherDigestKey(options.digestKey, digestKeys)])
      audited = await audit(source, byDigest, null)
    }
    const { findings, ...verified } = audited.verified
    const { findings: differing, ...recomputed } = audited.recomputed
    const all = [...findings, ...differing]
    const isEmpty = verified.records === 0 && all.length === 0
    const report: AuditReport = {
      holds: all.length === 0 && !isEmpty,
      findings: all,
      ...verified,
      recomputed,
      besideHead: head.value !== null,
    }
    io.stdout.write(options.format === 'json' ? `${jsonText(report, 2)}\n` : renderAudit(report, paletteFor(io.color)))
    if (isEmpty) return EXIT.nothing
    return report.holds ? EXIT.done : EXIT.no
  } catch (error) {
    showProblems(io, [unreadableLog(folder, error)])
    return EXIT.usage
  }
}
