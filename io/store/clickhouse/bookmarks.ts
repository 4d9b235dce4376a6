/** How far files were read ↔ rows: the newest row of a reader and a file counts. */
import type { Bookmarks } from '../../evidence/bookmarks.ts'
import type { FollowPosition } from '../../evidence/tail.ts'
import type { Engine } from './engine.ts'
import { fingerprint } from './item-rows.ts'
import { literal } from './literal.ts'
import { fromWellFormed, toWellFormed } from './well-formed.ts'

/** After all days that are ever let go of: where files end is not evidence, and does not grow old. */
export const FOR_GOOD = '2100-01-01'

interface BookmarkRow {
  readonly file: string
  readonly positions: string
}

/** `generation`: larger than that of any before. */
export const writeBookmarks = (engine: Engine, reader: string, files: Bookmarks, generation: number): Promise<void> =>
  engine.insert(
    'bookmarks',
    [...files].map(([file, positions]) => ({
      // It is nobody's alone: all of them are on one shard.
      workload: '',
      reader: fingerprint(reader),
      file: toWellFormed(file),
      generation,
      positions: JSON.stringify(positions),
      day: FOR_GOOD,
    })),
  )

export const readBookmarks = async (engine: Engine, reader: string): Promise<Bookmarks> => {
  const rows = await engine.rows<BookmarkRow>(
    `SELECT file, argMax(positions, generation) AS positions FROM (
       SELECT file, positions, generation FROM bookmarks WHERE workload = '' AND reader = ${literal(fingerprint(reader))}
     ) GROUP BY file`,
  )
  return new Map(
    rows.map(({ file, positions }) => [fromWellFormed(file), JSON.parse(positions) as readonly FollowPosition[]]),
  )
}
