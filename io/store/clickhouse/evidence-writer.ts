/**
 * Rows of evidence → the engine, in few large inserts: what is appended while one is under way goes into the next one together. Each
 * append is acknowledged when all of its rows are on disk, and fails with the insert that failed.
 */
import type { Engine } from './engine.ts'
import type { EvidenceRow } from './item-rows.ts'
import { type PieceLimits, piecesOf } from './pieces.ts'

/** Rows of one insert, and characters: what is in memory twice for a moment. */
const INSERT: PieceLimits = { count: 20_000, weight: 16_777_216 }

interface Waiting {
  readonly rows: readonly EvidenceRow[]
  readonly weight: number
  readonly acknowledge: () => void
  readonly failed: (error: unknown) => void
}

export interface EvidenceWriter {
  /** Resolves when the rows are on disk. */
  write(rows: readonly EvidenceRow[]): Promise<void>
}

const weightOf = ({ payload }: EvidenceRow): number => payload.length

const sum = (rows: readonly EvidenceRow[]): number => rows.reduce((total, row) => total + weightOf(row), 0)

/** `written`: is told of rows that are on disk; what it waits for, the next insert waits for, and nobody who appended. Never rejects. */
export const createEvidenceWriter = (
  engine: Engine,
  written: (rows: readonly EvidenceRow[]) => Promise<void>,
): EvidenceWriter => {
  let waiting: Waiting[] = []
  let isWriting = false

  /** As many as one insert takes, and at least one. */
  const next = (): readonly Waiting[] => {
    let [count, weight, taken] = [0, 0, 0]
    for (const each of waiting) {
      count += each.rows.length
      weight += each.weight
      if (taken > 0 && (count > INSERT.count || weight > INSERT.weight)) break
      taken += 1
    }
    const together = waiting.slice(0, taken)
    waiting = waiting.slice(taken)
    return together
  }

  const work = async (): Promise<void> => {
    isWriting = true
    while (waiting.length > 0) {
      const together = next()
      const rows = together.flatMap(each => each.rows)
      try {
        for (const piece of piecesOf(rows, INSERT, weightOf)) await engine.insert('evidence', piece)
      } catch (error) {
        for (const { failed } of together) failed(error)
        continue
      }
      for (const { acknowledge } of together) acknowledge()
      await written(rows)
    }
    isWriting = false
  }

  return {
    write: rows =>
      new Promise((acknowledge, failed) => {
        waiting.push({ rows, weight: sum(rows), acknowledge, failed })
        if (!isWriting) void work()
      }),
  }
}
