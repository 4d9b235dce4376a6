/**
 * Batches that are not as their seals say → what happened to them. A seal vouches for its last record, and a record that is
 * vouched for vouches for the one before: walking back from the seal tells the edited from the moved, the removed and the added.
 */
import type { BatchLine, DamagedBatch, Link } from './batch-line.ts'
import type { Finding, FindingCode } from './findings.ts'

const isLink = (line: BatchLine): line is Link => line.sequence !== null

const finding = (code: FindingCode, where: string | null, first: number | null, last = first): Finding => ({
  code,
  where,
  records: first === null || last === null ? null : [first, last],
  detail: null,
})

/** Neighbouring numbers as one range. */
const ranges = (numbers: readonly number[]): readonly (readonly [number, number])[] => {
  const found: [number, number][] = []
  for (const number of [...numbers].sort((a, b) => a - b)) {
    const last = found.at(-1)
    if (last !== undefined && last[1] === number - 1) last[1] = number
    else found.push([number, number])
  }
  return found
}

interface Absent {
  readonly batch: DamagedBatch
  readonly sequence: number
  /** The digest that it must have; null where nothing says. */
  readonly digest: string | null
}

/** Records of one batch in the order of the file that stand behind one that came after them. */
const displaced = (lines: readonly BatchLine[], placed: ReadonlySet<BatchLine>): readonly Link[] => {
  let highest = -1
  return lines.filter(isLink).filter(line => {
    if (!placed.has(line)) return false
    const isBehind = line.sequence < highest
    highest = Math.max(highest, line.sequence)
    return isBehind
  })
}

const claimsIn = (lines: readonly BatchLine[], log: string): ReadonlyMap<number, readonly Link[]> => {
  const claims = new Map<number, Link[]>()
  for (const line of lines) {
    if (!isLink(line) || line.log !== log) continue
    const known = claims.get(line.sequence)
    if (known === undefined) claims.set(line.sequence, [line])
    else known.push(line)
  }
  return claims
}

/** Batches in the order of the log. */
export const diagnose = (batches: readonly DamagedBatch[]): readonly Finding[] => {
  const findings: Finding[] = []
  const placed = new Set<BatchLine>()
  const absent: Absent[] = []

  for (const batch of batches) {
    const { from, to, log, lines } = batch
    const bySequence = claimsIn(lines, log)
    let expected = batch.head
    /** Nothing that can be trusted says what comes next; what stands there is taken as it is. */
    let isGuess = expected === null
    for (let sequence = to; sequence >= from; sequence--) {
      const claims = bySequence.get(sequence) ?? []
      const exact = claims.find(({ digest }) => digest === expected)
      const found = exact ?? claims[0]
      if (found === undefined) {
        absent.push({ batch, sequence, digest: isGuess ? null : expected })
        ;[expected, isGuess] = [null, true]
        continue
      }
      placed.add(found)
      if (exact === undefined && !isGuess) findings.push(finding('record-edited', found.where, sequence))
      // What an edited record names may be what was edited in it.
      isGuess = exact === undefined
      expected = found.previous
    }
  }

  const everywhere = batches.flatMap(({ lines }) => lines.filter(isLink))
  const belongs = new Set(absent.map(({ digest }) => digest))
  const missing: number[] = []
  for (const { batch, sequence, digest } of absent) {
    const elsewhere = everywhere.find(
      line => !placed.has(line) && line.sequence === sequence && (digest === null || line.digest === digest),
    )
    // What stands in its place and belongs nowhere else is what became of it.
    const isStray = (line: BatchLine): boolean => !placed.has(line) && !(isLink(line) && belongs.has(line.digest))
    const changed = batch.lines.find(isStray)
    if (elsewhere !== undefined) {
      placed.add(elsewhere)
      findings.push(finding('record-reordered', elsewhere.where, sequence))
    } else if (changed !== undefined) {
      placed.add(changed)
      findings.push(finding('record-edited', changed.where, sequence))
    } else missing.push(sequence)
  }
  for (const [first, last] of ranges(missing)) findings.push(finding('record-missing', null, first, last))
  for (const { lines } of batches) {
    for (const line of displaced(lines, placed)) findings.push(finding('record-reordered', line.where, line.sequence))
    for (const line of lines) {
      if (placed.has(line)) continue
      findings.push(finding(isLink(line) ? 'record-inserted' : 'record-edited', line.where, line.sequence))
    }
  }
  return findings
}
