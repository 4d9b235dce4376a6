/**
 * Parts of files → the store, by threads where there is more than one part. This thread reads the files and hands the engine what the others
 * have written. So much of it is under way at once that nobody waits, and no more, so that memory is bounded.
 */
import { MessageChannel, type MessagePort } from 'node:worker_threads'
import type { Folding } from '../../../core/model/folding.ts'
import type { FilePart } from '../../evidence/read-records.ts'
import type { Load, LoadedPart } from '../load.ts'
import type { Engine } from './engine.ts'
import { KEPT } from './fresh-units.ts'
import { type LoadThread, openLoadThread } from './load-thread.ts'
import { createLoadWriter, type LoadWriter } from './load-writer.ts'
import { createLoader, type LoadClock, type Loaded, type LoadedFolds } from './loader.ts'
import type { SettleClock } from './settle.ts'

/** Parts that a thread has at most: one that it reads, and the next one. */
const ASKED = 2

/** Each with a way to every other one. */
const openTeam = ({ startThread, threads }: Load): readonly LoadThread[] => {
  const ports = Array.from({ length: threads }, () => Array<MessagePort | null>(threads).fill(null))
  for (let one = 0; one < threads; one++)
    for (let other = one + 1; other < threads; other++) {
      const { port1, port2 } = new MessageChannel()
      ;(ports[one] ?? [])[other] = port1
      ;(ports[other] ?? [])[one] = port2
    }
  const kept = { weight: KEPT.weight / threads, rows: KEPT.rows / threads }
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
): Promise<void> => {
  const team = openTeam(load)
  /** For what a thread had that ended; its units are left to the store. */
  const spare = createLoader(load, folding, null)
  const tell = inOrder(load.loaded)
  /** What is not on disk yet; what is not done with, which also waits for its folds. */
  const [unstored, unfinished] = [new Set<Promise<void>>(), new Set<Promise<void>>()]
  let failed: { readonly error: unknown } | null = null
  let writing: Promise<void> = Promise.resolve()

  /** Until it is there or not. What cannot be stored ends the loading; what cannot be folded is folded when the store is read. */
  const track = (under: Set<Promise<void>>, work: Promise<void>): void => {
    const settled = work.catch((error: unknown) => {
      failed ??= { error }
    })
    under.add(settled)
    void settled.then(() => under.delete(settled))
  }
  const writeFolds = (folds: LoadedFolds): Promise<void> => {
    // A thread may have been handed something of any part that was asked for.
    const stored = [...unstored]
    writing = writing
      .then(() => Promise.all(stored))
      .then(() => (failed === null ? writer.folds(folds) : undefined))
      .catch(() => undefined)
    return writing
  }
  const askedOf = async (part: FilePart): Promise<Loaded> => {
    const [thread] = team.filter(each => each.isOpen()).sort((a, b) => a.waiting() - b.waiting())
    return thread === undefined
      ? spare.load(part, now())
      : thread.load(part, now()).catch(() => spare.load(part, now()))
  }
  const loadOne = async (number: number, part: FilePart): Promise<void> => {
    const loading = askedOf(part)
    const storing = loading.then(writer.evidence)
    track(unstored, storing)
    const loaded = await loading
    await storing
    tell(number, loaded)
    if (loaded.folds !== null) await writeFolds(loaded.folds)
  }

  try {
    let number = 0
    for await (const part of parts) {
      track(unfinished, loadOne(number, part))
      number += 1
      while (failed === null && unfinished.size >= ASKED * team.length) await Promise.race(unfinished)
      if (failed !== null) break
    }
    await Promise.all(unfinished)
    if (failed !== null) throw (failed as { readonly error: unknown }).error
    const left = team.map(thread => thread.finish(now()).catch(() => null))
    for (const folds of left) {
      const own = await folds
      if (own !== null) await writeFolds(own)
    }
  } finally {
    await Promise.all(team.map(thread => thread.close()))
  }
}

/** One part is loaded in this thread: starting another one takes longer. */
const loadAlone = async (
  writer: LoadWriter,
  folding: Folding,
  now: () => LoadClock,
  part: FilePart,
  load: Load,
): Promise<void> => {
  const loader = createLoader(load, folding, { kept: KEPT, isOwn: () => true, handOver: () => undefined })
  const loaded = loader.load(part, now())
  await writer.evidence(loaded)
  load.loaded(loaded)
  // What cannot be folded is folded when the store is read.
  for (const folds of [loaded.folds, loader.finish(now())])
    if (folds !== null) await writer.folds(folds).catch(() => undefined)
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
): Promise<void> => {
  const writer = createLoadWriter(engine)
  const now = (): LoadClock => ({ generation: clock.generation(), day: clock.day() })
  const iterator = parts[Symbol.asyncIterator]()
  const first = await iterator.next()
  if (first.done === true) return
  const second = await iterator.next()
  if (second.done === true) await loadAlone(writer, folding, now, first.value, load)
  else await loadByTeam(writer, folding, now, beginningWith([first.value, second.value], iterator), load)
}
