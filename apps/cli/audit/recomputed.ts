/** Records as they are read → how many decisions are what their policies say, which are not, and why some cannot be told. */
import type { DerivedPolicy } from '../../../core/model/policy.ts'
import type { Receipt } from '../../../core/model/receipt.ts'
import { auditDecision } from '../../../core/pipeline.ts'
import type { Finding } from '../../../io/receipts/findings.ts'

export interface Recomputations {
  readonly decisions: number
  readonly same: number
  readonly findings: readonly Finding[]
  /** Why decisions were not computed again, most frequent first. `dimension` null: about none. */
  readonly unknown: readonly { readonly reason: string; readonly dimension: string | null; readonly count: number }[]
}

export interface Recomputer {
  see(receipt: Receipt, where: string): void
  end(): Recomputations
}

/** Findings that are listed one by one. */
const LISTED = 1_000
/** Reasons kept apart: dimensions of untrusted calls may be many. */
const REASONS = 1_000

const DIFFERS = {
  differs: 'the policy says otherwise',
  'effect-differs': 'the effect is not what the mode makes of the verdict',
} as const

export const createRecomputer = (
  policies: ReadonlyMap<string, DerivedPolicy>,
  digest: ((text: string) => string) | null,
): Recomputer => {
  let [decisions, same] = [0, 0]
  const findings: Finding[] = []
  const reasons = new Map<string, { readonly reason: string; readonly dimension: string | null; count: number }>()

  const unknown = (reason: string, dimension: string | null): void => {
    const key = `${reason}\0${dimension}`
    const known = reasons.get(key)
    if (known !== undefined) known.count++
    else if (reasons.size < REASONS) reasons.set(key, { reason, dimension, count: 1 })
  }

  return {
    see: (receipt, where) => {
      const { event, sequence, policy: pinned } = receipt
      if (event.kind !== 'decision') return
      decisions++
      const policy = pinned === null ? null : policies.get(pinned)
      if (policy === undefined) return unknown('policy-missing', null)
      const audited = auditDecision(event, receipt, policy, digest)
      if (audited.kind === 'same') same++
      else if (audited.kind === 'unknown') unknown(audited.reason, audited.dimension)
      else if (findings.length < LISTED) {
        const { verdict, code } = event.decision
        const expected =
          audited.kind === 'differs' && audited.expected !== null
            ? `, which is ${audited.expected.verdict} ${audited.expected.code}`
            : ''
        const detail = `recorded is ${verdict} ${code} and ${event.effect}; ${DIFFERS[audited.kind]}${expected}`
        findings.push({ code: 'decision-differs', where, records: [sequence, sequence], detail })
      }
    },
    end: () => ({ decisions, same, findings, unknown: [...reasons.values()].sort((a, b) => b.count - a.count) }),
  }
}
