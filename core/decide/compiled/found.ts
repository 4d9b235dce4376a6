/** Deviations as they are found → a decision with the worst first, in the order of the reference. */
import type { Decision, Deviation } from '../../model/verdict.ts'

export interface Found {
  readonly verdict: 'review' | 'deny'
  /** Of the dimension in its permission; then of what the permission does not list; then of what is unusual. */
  readonly place: number
  readonly deviation: Deviation
}

const RANK = { deny: 0, review: 1 } as const

/** Sorting is stable: what has one place stays in the order of the request. */
const worstFirst = (a: Found, b: Found): number => RANK[a.verdict] - RANK[b.verdict] || a.place - b.place

export const decisionOf = (permission: string, found: Found[]): Decision => {
  found.sort(worstFirst)
  const [worst] = found
  return {
    verdict: worst?.verdict ?? 'allow',
    code: worst?.deviation.code ?? 'permitted',
    permission,
    deviations: found.map(({ deviation }) => deviation),
  }
}

/** A decision without deviations is the same each time: one that nobody can change. */
export const constant = (verdict: Decision['verdict'], code: Decision['code'], permission: string | null): Decision =>
  Object.freeze({ verdict, code, permission, deviations: Object.freeze([]) })
