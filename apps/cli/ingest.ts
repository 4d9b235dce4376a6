/** `ambit ingest`: evidence from files into a store, where it waits for `derive`. What comes again counts once. */

import { createHash } from 'node:crypto'
import { identitiesOf } from '../../core/model/decisions.ts'
import type { Ledger } from '../../core/model/ledger.ts'
import { CLOSURE_RULE_IDS } from '../../core/pipeline.ts'
import { loadDecisions } from '../../io/decisions/load-decisions.ts'
import { jsonText } from '../../io/json-text.ts'
import { done, type Outcome } from '../../io/problem.ts'
import type { Decoded, EvidenceStore } from '../../io/store/evidence-store.ts'
import { EMPTY, type EvidenceOptions, isEmpty, type ReadRecord, readEvidence, showLedger } from './evidence.ts'
import { followDecoded } from './follow.ts'
import { EXIT, type ExitCode, type Io } from './io.ts'
import { withStore } from './opened-store.ts'
import { showProblems } from './problems.ts'
import { many } from './render/numbers.ts'

export interface IngestOptions {
  readonly evidence: readonly string[]
  readonly store: string
  /** Path of `ambit.yaml`, for the identities that it maps to workloads; null: none. */
  readonly decisions: string | null
  readonly source: string | null
  /** Whether to go on reading what is written to the files, until SIGINT or SIGTERM. */
  readonly follow: boolean
  readonly format: 'text' | 'json'
}

/** Records that are acknowledged together, and the items that they may hold. */
const BATCH = { records: 100, items: 5_000 }

/** Batches that may wait for their acknowledgement while the next one is read: the engine writes them together. */
const WAITING = 100

const ENDINGS = ['SIGINT', 'SIGTERM'] as const

/** Milliseconds that a followed record waits at most before it is appended. */
const PATIENCE = 1_000

/**
 * Appends in batches. Only what was rejected has no id of its own: where it stood, and what is wrong with it, names the batch. What
 * could not be stored is told of by whatever is asked next.
 */
const createFeed = (store: EvidenceStore) => {
  let records: Decoded[] = []
  let items = 0
  let name = createHash('sha256')
  const waiting: Promise<void>[] = []
  const flush = async (): Promise<void> => {
    if (records.length === 0) return
    const batch = { id: name.digest('hex'), records }
    ;[records, items, name] = [[], 0, createHash('sha256')]
    const stored = store.append(batch)
    // It is awaited below, and not everything may come to that.
    stored.catch(() => undefined)
    waiting.push(stored)
    if (waiting.length > WAITING) await waiting.shift()
  }
  return {
    add: async ({ source, items: own, place }: ReadRecord): Promise<void> => {
      for (const item of own) if (item.kind === 'rejected') name.update(`${place}\0${item.reason}\0${item.detail}\0`)
      records.push({ source, items: own })
      items += own.length
      if (records.length >= BATCH.records || items >= BATCH.items) await flush()
    },
    flush,
    /** Resolves when everything is stored. */
    end: async (): Promise<void> => {
      await flush()
      await Promise.all(waiting)
    },
  }
}

const ingest = async (
  store: EvidenceStore,
  paths: readonly string[],
  options: EvidenceOptions,
  io: Io,
): Promise<Outcome<Ledger>> => {
  const feed = createFeed(store)
  const read = await readEvidence(paths, options, io, feed.add)
  if (!read.ok) return read
  await feed.end()
  const { ledger } = await store.read()
  showLedger(io, ledger, read.value)
  return done(ledger)
}

/** Records as they are written, until somebody ends it. What is not acknowledged by the store ends it too. */
const follow = async (
  store: EvidenceStore,
  paths: readonly string[],
  options: EvidenceOptions,
  io: Io,
  ending: AbortSignal,
): Promise<Outcome<Ledger>> => {
  const feed = createFeed(store)
  io.stderr.write(`following ${many(paths.length, 'file')} until SIGINT or SIGTERM\n`)
  let since = io.now()
  for await (const record of followDecoded(paths, options, ending, PATIENCE)) {
    if (record !== null) await feed.add(record)
    if (io.now() - since < PATIENCE) continue
    since = io.now()
    await feed.flush()
  }
  await feed.end()
  const { ledger } = await store.read()
  showLedger(io, ledger, new Map())
  return done(ledger)
}

export const ingestCommand = async (options: IngestOptions, io: Io): Promise<ExitCode> => {
  const decisions = await loadDecisions(options.decisions, CLOSURE_RULE_IDS)
  if (!decisions.ok) {
    showProblems(io, decisions.problems)
    return EXIT.usage
  }
  const identities = identitiesOf([decisions.value])
  const reading = { source: options.source, identities }
  const ending = new AbortController()
  const end = (): void => ending.abort()
  if (options.follow) for (const signal of ENDINGS) process.once(signal, end)
  const ingested = await withStore(options.store, store =>
    options.follow
      ? follow(store, options.evidence, reading, io, ending.signal)
      : ingest(store, options.evidence, reading, io),
  )
  for (const signal of ENDINGS) process.removeListener(signal, end)
  if (!ingested.ok) {
    showProblems(io, ingested.problems)
    return EXIT.usage
  }
  const ledger = ingested.value
  if (isEmpty({ ledger })) {
    showProblems(io, [EMPTY])
    return EXIT.nothing
  }
  if (options.format === 'json') io.stdout.write(`${jsonText({ ledger }, 2)}\n`)
  return EXIT.done
}
