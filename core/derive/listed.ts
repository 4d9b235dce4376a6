/**
 * What was withheld → what the policy lists of it: bounded, since each entry is one that a person reads and an enforcement
 * point holds. Surfaces and dimensions stay before values, the most witnessed first. A value that is left out is judged like
 * one that nobody has shown: where the dimension asks a person about others, it still does.
 */
import type { Withheld } from '../model/policy.ts'

/** Values listed in all. */
const WITHHELD_VALUES = 5_000
/** Surfaces and dimensions as a whole: there are so many only where many sessions invented names. */
const WITHHELD_NAMES = 10_000

export interface Listed {
  readonly listed: readonly Withheld[]
  /** What was left out, in words; one for each kind. */
  readonly dropped: readonly string[]
}

const strongest = (entries: readonly Withheld[], most: number): readonly Withheld[] =>
  entries.length <= most
    ? entries
    : // Stable: what is as strong stays in the order of the policy.
      entries
        .toSorted((a, b) => b.evidence.witnesses - a.evidence.witnesses || b.evidence.count - a.evidence.count)
        .slice(0, most)

const leftOut = (all: readonly Withheld[], kept: readonly Withheld[], what: string): readonly string[] => {
  if (kept.length === all.length) return []
  const most = kept.reduce((least, { evidence }) => Math.min(least, evidence.witnesses), Number.POSITIVE_INFINITY)
  return [
    `${all.length - kept.length} more ${what}, seen by at most ${most === 1 ? 'one witness' : `${most} witnesses`} each, are judged like those that nobody has shown`,
  ]
}

/** In the order in which they came. */
export const listedOf = (withheld: readonly Withheld[]): Listed => {
  const values = withheld.filter(({ value }) => value !== null)
  const names = withheld.filter(({ value }) => value === null)
  const [someValues, someNames] = [strongest(values, WITHHELD_VALUES), strongest(names, WITHHELD_NAMES)]
  const kept = new Set([...someValues, ...someNames])
  return {
    listed: kept.size === withheld.length ? withheld : withheld.filter(entry => kept.has(entry)),
    dropped: [...leftOut(values, someValues, 'values'), ...leftOut(names, someNames, 'surfaces and dimensions')],
  }
}
