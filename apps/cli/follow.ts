/** Files that are still written → decoded records, handed on at once; now and then nothing, so that what waits can be appended. */
import { setTimeout as sleep } from 'node:timers/promises'
import { decodeRecord, UNRECOGNIZED } from '../../core/pipeline.ts'
import { followRecords } from '../../io/evidence/follow-records.ts'
import type { Followed } from '../../io/evidence/follower.ts'
import type { EvidenceOptions, ReadRecord } from './evidence.ts'

const decodedOf = (followed: Followed, options: EvidenceOptions): ReadRecord => {
  if ('loss' in followed) {
    const { id, count, detail } = followed.loss
    const source = options.source ?? UNRECOGNIZED
    return { source, place: followed.file, items: [{ kind: 'loss', id, source, count, detail }] }
  }
  const place = `${followed.file}:${followed.position.identity}:${followed.line}`
  if ('problem' in followed) {
    const { problem: reason, detail } = followed
    return { source: options.source ?? UNRECOGNIZED, place, items: [{ kind: 'rejected', reason, detail }] }
  }
  return { ...decodeRecord(followed.record, options), place }
}

/** Until the signal; then what was read is all that is handed on. `patience`: milliseconds without a record until null. */
export async function* followDecoded(
  paths: readonly string[],
  options: EvidenceOptions,
  signal: AbortSignal,
  patience: number,
): AsyncGenerator<ReadRecord | null> {
  const records = followRecords(paths, { signal })
  const tick = (): Promise<null> => sleep(patience, null, { ref: false })
  let [next, waited] = [records.next(), tick()]
  for (;;) {
    const came = await Promise.race([next, waited])
    if (came === null) {
      // One timer at a time, however many records come while it runs.
      waited = tick()
      yield null
      continue
    }
    if (came.done === true) return
    yield decodedOf(came.value, options)
    next = records.next()
  }
}
