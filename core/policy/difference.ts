/** One way in which a policy differs from an earlier one. Text for each code is rendered once, by the report. */
import type { Substrate } from '../model/substrate.ts'

export const DIFFERENCE_CODES = {
  'workload-changed': 'the policies are for different workloads',
  'permission-added': 'a surface is allowed that was not',
  'permission-removed': 'a surface is no longer allowed',
  'allow-widened': 'more values are allowed',
  'allow-narrowed': 'fewer values are allowed',
  'allow-changed': 'other values are allowed; that they are fewer cannot be proved',
  'review-widened': 'more values are for a person to decide instead of denied',
  'review-narrowed': 'values that were for a person to decide are denied',
  'review-changed': 'other values are for a person to decide; that they are fewer cannot be proved',
  'absent-widened': 'a request without the dimension is judged more leniently',
  'absent-narrowed': 'a request without the dimension is judged more strictly',
  'arguments-unseen': 'the surface is bounded without its arguments, which were recorded before',
  'arguments-seen': 'the surface is now bounded with its arguments',
  'access-changed': 'the action is classified differently',
  'withheld-added': 'a behavior is newly withheld: for a person to decide',
  'withheld-removed': 'a behavior is no longer withheld',
  'envelope-widened': 'more unobserved surfaces are for a person to decide instead of denied',
  'envelope-narrowed': 'unobserved surfaces that were for a person to decide are denied',
  'bound-added': 'a substrate is now bounded: unknown surfaces on it are denied',
  'bound-removed': 'a substrate is no longer bounded',
  'dns-added': 'artifacts now let the workload resolve names',
  'dns-removed': 'artifacts no longer let the workload resolve names',
  'decision-changed': 'a decision changed',
  'term-extended': 'the policy stays valid for longer after its last evidence',
  'expiry-moved': 'the policy expires at another time',
  'binding-widened': 'the policy is valid for more of what the agent runs on',
  'binding-narrowed': 'the policy is valid for less of what the agent runs on',
} as const
export type DifferenceCode = keyof typeof DIFFERENCE_CODES

export interface Difference {
  readonly code: DifferenceCode
  /** Some request gets a more lenient verdict than before, or that it does not cannot be proved. */
  readonly widens: boolean
  readonly substrate: Substrate | null
  readonly action: string | null
  /** Null: the whole surface, or, with `allow-…` and `review-…`, the dimensions that the permission does not list. */
  readonly dimension: string | null
  /** One line each, from untrusted values; empty where there is nothing to say. */
  readonly before: string
  readonly after: string
}
