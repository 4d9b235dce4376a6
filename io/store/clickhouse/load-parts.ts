/**
 * Parts of files → the store, by threads where there is more than one part. This thread reads the files and hands the engine what the others
 * have written. So much of it is under way at once that nobody waits, and no more, so that memory is bounded.
 */
import { MessageChannel, type MessagePort } from 'node:worker_threads'
import type { Folding } from '../../../core/model/folding.ts'
import type { FilePart } from '../../evidence/read-records.ts'
import type { Load, LoadedPart } from '../load.ts'
import type { Engine } from './engine.ts'
import { KEPT, type Kept } from './fresh-units.ts'
import { type LoadThread, openLoadThread } from './load-thread.ts'
import { createLoadWriter, type LoadWriter } from './load-writer.ts'
import { createLoader, type LoadClock, type Loaded, type LoadedFolds } from './loader.ts'
import type { SettleClock } from './settle.ts'

/** Parts that a thread has at most: one that it reads, and the next one. */
const ASKED = 2

/** Parts that this thread loads by itself. */
const ALONE = 3

/** Each with a way to every other one. */
const openTeam = ({ startThread, threads }: Load, all: Kept): readonly LoadThread[] => {
  const ports = Array.from({ length: threads }, () => Array<MessagePort | null>(threads).fill(null))
  for (let one = 0; one < threads; one++)
    for (let other = one + 1; other < threads; other++) {
      const { port1, port2 } = new MessageChannel()
      ;(ports[one] ?? [])[other] = port1
      ;(ports[other] ?? [])[one] = port2
    }
  const kept = { weight: all.weight / threads, rows: all.rows / threads }
  return ports.map((peers, index) => openLoadThread(startThread(), { index, peers, kept }))
}

/** Tells of each part in the order of the parts, whatever the order in which they are done. */
const inOrder = (tell: (part: LoadedPart) => void): ((number: number, part: LoadedPart) => void) => {
  const done = new Map<number, LoadedPart>()
  let next = 0
  return (number, { file, records, noted }) => {
    done.set(number, { file, records, noted })
    for (let part = done.get(next); part !== undefined; part = done.get(next)) {
      tell(part)
      done.delete(next)
      next += 1
    }
  }
}

const loadByTeam = async (
  writer: LoadWriter,
  folding: Folding,
  now: () => LoadClock,
  parts: AsyncIterable<FilePart>,
  load: Load,
  kept: Kept,
): Promise<void> => {
  const team = openTeam(load, kept)
  /** For what a thread had that ended; its units are left to the store. */
  const spare = createLoader(load, folding, null)
  const tell = inOrder(load.loaded)
  /** By number: what is not answered yet. */
  const asked = new Map<number, Promise<void>>()

  const loadedBy = async (part: FilePart): Promise<Loaded> => {
    const [thread] = team.filter(each => each.isOpen()).sort((a, b) => a.waiting() - b.waiting())
    try {
      if (thread !== undefined) return await thread.load(part, now())
    } catch {
      // It ended.
    }
    return spare.load(part, now())
  }
  const loadOne = async (number: number, part: FilePart): Promise<void> => {
    const loaded = await loadedBy(part)
    writer.evidence(loaded.evidence)
    asked.delete(number)
    // A thread may have been handed something of any part that was asked for.
    if (loaded.folds !== null) writer.folds(loaded.folds, Promise.allSettled(asked.values()))
    tell(number, loaded)
  }

  try {
    let number = 0
    for await (const part of parts) {
      asked.set(number, loadOne(number, part))
      number += 1
      while (asked.size >= ASKED * team.length) await Promise.race(asked.values())
      await writer.room()
    }
    await Promise.all(asked.values())
    const left = await Promise.all(team.map(thread => thread.finish(now()).catch(() => null)))
    for (const folds of left) if (folds !== null) writer.folds(folds, Promise.resolve())
    await writer.flush()
  } finally {
    await Promise.all(team.map(thread => thread.close()))
  }
}

/** So little that starting threads takes longer: it is loaded in this one. */
const loadAlone = async (
  writer: LoadWriter,
  folding: Folding,
  now: () => LoadClock,
  parts: readonly FilePart[],
  load: Load,
  kept: Kept,
): Promise<void> => {
  const loader = createLoader(load, folding, { kept, isOwn: () => true, handOver: () => undefined })
  const keep = (folds: LoadedFolds | null): void => {
    if (folds !== null) writer.folds(folds, Promise.resolve())
  }
  for (const part of parts) {
    const loaded = loader.load(part, now())
    writer.evidence(loaded.evidence)
    load.loaded(loaded)
    keep(loaded.folds)
  }
  keep(loader.finish(now()))
  await writer.flush()
}

async function* beginningWith<Entry>(first: readonly Entry[], rest: AsyncIterator<Entry>): AsyncGenerator<Entry> {
  yield* first
  for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield next.value
}

/** Rejects with `StoreError` where not all of it could be stored. */
export const loadParts = async (
  engine: Engine,
  folding: Folding,
  clock: SettleClock,
  parts: AsyncIterable<FilePart>,
  load: Load,
  kept: Kept = KEPT,
): Promise<void> => {
  const writer = createLoadWriter(engine)
  const now = (): LoadClock => ({ generation: clock.generation(), day: clock.day() })
  const rest = parts[Symbol.asyncIterator]()
  const first: FilePart[] = []
  while (first.length <= ALONE) {
    const next = await rest.next()
    if (next.done === true) return loadAlone(writer, folding, now, first, load, kept)
    first.push(next.value)
  }
  await loadByTeam(writer, folding, now, beginningWith(first, rest), load, kept)
}
