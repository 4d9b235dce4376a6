/**
 * Which unit (witness or cluster) showed which thing → how many things no unit has shown yet. Chao's estimate for incidences (Chao
 * 1987): what one unit alone showed, and what two did, tell how many none did. A lower bound where things differ in how rare they
 * are, which they do: the rarest are rarer than what was seen tells.
 */
export interface Remaining {
  readonly count: number
  /** Middle 95 %, log-normal, so that it never reaches under none; null where what was seen gives it no spread. */
  readonly interval: readonly [number, number] | null
}

const Z = 1.96

const round = (value: number): number => Math.round(value * 10_000) / 10_000

/** Variance of the estimate; the second form is for nothing that two units share (Chao 1987; Colwell 2013, appendix B). */
const varianceOf = (once: number, twice: number, kept: number, seen: number, count: number): number => {
  if (twice > 0) {
    const ratio = once / twice
    return twice * ((kept / 2) * ratio ** 2 + kept ** 2 * ratio ** 3 + (kept ** 2 / 4) * ratio ** 4)
  }
  const all = seen + count
  return (
    (kept * once * (once - 1)) / 2 + (kept ** 2 * once * (2 * once - 1) ** 2) / 4 - (kept ** 2 * once ** 4) / (4 * all)
  )
}

/** `things`: how many units showed each; `units`: how many there are. Null with fewer than two. */
export const remainingOf = (things: readonly number[], units: number): Remaining | null => {
  if (units < 2) return null
  const once = things.filter(size => size === 1).length
  const twice = things.filter(size => size === 2).length
  const kept = (units - 1) / units
  const count = kept * (twice > 0 ? once ** 2 / (2 * twice) : (once * (once - 1)) / 2)
  if (count === 0) return { count: 0, interval: null }
  const variance = Math.max(0, varianceOf(once, twice, kept, things.length, count))
  const factor = Math.exp(Z * Math.sqrt(Math.log(1 + variance / count ** 2)))
  return { count: round(count), interval: [round(count / factor), round(count * factor)] }
}
