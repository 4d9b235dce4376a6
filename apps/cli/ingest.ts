/** `ambit ingest`: evidence from files into a store, where it waits for `derive`. What comes again counts once. */

import { availableParallelism, hostname } from 'node:os'
import { Worker } from 'node:worker_threads'
import { identitiesOf } from '../../core/model/decisions.ts'
import type { Ledger } from '../../core/model/ledger.ts'
import { CLOSURE_RULE_IDS } from '../../core/pipeline.ts'
import { loadDecisions } from '../../io/decisions/load-decisions.ts'
import { jsonText } from '../../io/json-text.ts'
import { done, type Outcome } from '../../io/problem.ts'
import type { EvidenceStore } from '../../io/store/evidence-store.ts'
import { createFeed } from '../../io/store/feed.ts'
import { followInto } from '../../io/store/follow-into-store.ts'
import { EMPTY, type EvidenceOptions, isEmpty, loadEvidence, readEvidence, readerOf, showLedger } from './evidence.ts'
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

const ENDINGS = ['SIGINT', 'SIGTERM'] as const

/**
 * Megabytes of a thread for what is new, of which records make much, and for what stays, which is little: with a bound it is not let grow.
 * Whoever needs more ends, and this thread goes on for it.
 */
const MEMORY = { maxYoungGenerationSizeMb: 48, maxOldGenerationSizeMb: 192 }

const startLoadThread = (options: EvidenceOptions): Worker =>
  new Worker(new URL('./load-thread.js', import.meta.url), {
    workerData: options,
    resourceLimits: MEMORY,
  })

const readInto = async (
  store: EvidenceStore,
  paths: readonly string[],
  options: EvidenceOptions,
  io: Io,
): ReturnType<typeof readEvidence> => {
  const feed = createFeed(store.append)
  const read = await readEvidence(paths, options, io, ({ place, ...record }) => feed.add(record, place))
  if (read.ok) await feed.flush()
  return read
}

const ingest = async (
  store: EvidenceStore,
  paths: readonly string[],
  options: EvidenceOptions,
  io: Io,
): Promise<Outcome<Ledger>> => {
  const read = await (store.load === undefined
    ? readInto(store, paths, options, io)
    : loadEvidence(paths, options, io, store.load, {
        startThread: () => startLoadThread(options),
        threads: availableParallelism(),
      }))
  if (!read.ok) return read
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
  await followInto(store, {
    files: paths,
    reader: hostname(),
    ...readerOf(options),
    append: store.append,
    signal: ending,
    begun: () => io.stderr.write(`following ${many(paths.length, 'file')} until SIGINT or SIGTERM\n`),
  })
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
