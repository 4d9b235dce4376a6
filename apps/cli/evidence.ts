/** Paths on the command line → evidence per workload, and the ledger of everything that was received. */
import type { EvidenceItem } from '../../core/model/evidence.ts'
import type { Ledger } from '../../core/model/ledger.ts'
import type { SourceOptions } from '../../core/model/source.ts'
import type { Evidence } from '../../core/model/workload-evidence.ts'
import { createCollector, decodeRecord, SOURCES, UNRECOGNIZED } from '../../core/pipeline.ts'
import { EVIDENCE_ENDINGS, EvidenceError } from '../../io/evidence/evidence-files.ts'
import { readParts, readRecords } from '../../io/evidence/read-records.ts'
import { done, failed, type Outcome, type Problem } from '../../io/problem.ts'
import type { Load, NotedRejection, Reader } from '../../io/store/load.ts'
import { suggest } from '../../io/yaml/suggest.ts'
import type { Io } from './io.ts'
import { showWarnings } from './problems.ts'
import { createProgress } from './progress.ts'
import { ledgerText } from './render/ledger.ts'
import { count, many } from './render/numbers.ts'
import { printable } from './terminal.ts'

export interface EvidenceOptions extends SourceOptions {
  readonly source: string | null
}

/** Where a rejected item was: one per source and reason is shown, so that a person can look at it. */
type Examples = Map<string, string>

const sourceProblem = (source: string): Problem => {
  const ids = SOURCES.map(({ id }) => id)
  const near = suggest(source, ids)
  const help = near === null ? `one of ${ids.map(id => `\`${id}\``).join(', ')}` : `did you mean \`${near}\`?`
  return { code: 'usage', what: `there is no evidence source \`${source}\``, where: '--source', help }
}

/** One record, decoded, or why it could not be read. `place`: file and line. */
export interface ReadRecord {
  readonly source: string
  readonly items: readonly EvidenceItem[]
  readonly place: string
}

/** How records are read with these options, in whatever thread. */
export const readerOf = (options: EvidenceOptions): Reader => ({
  decode: record => decodeRecord(record, options),
  unread: options.source ?? UNRECOGNIZED,
})

/** Every record of the paths, in order. What was not read is noted. Rejects with `EvidenceError`. */
async function* decodedRecords(
  paths: readonly string[],
  options: EvidenceOptions,
  io: Io,
  examples: Examples,
  skipped: string[],
): AsyncIterable<ReadRecord> {
  const { decode, unread } = readerOf(options)
  const progress = createProgress(io)
  let records = 0
  try {
    for await (const raw of readRecords(paths, { stdin: io.stdin, skipped: path => skipped.push(path) })) {
      records++
      progress.say(() => `${count(records)} records, ${printable(raw.file, 60)}`)
      const place = `${raw.file}:${raw.line}`
      if ('problem' in raw) {
        noteIn(examples, { source: unread, reason: raw.problem, place, detail: raw.detail })
        yield { source: unread, place, items: [{ kind: 'rejected', reason: raw.problem, detail: raw.detail }] }
        continue
      }
      const { source, items } = decode(raw.record)
      for (const item of items)
        if (item.kind === 'rejected') noteIn(examples, { source, reason: item.reason, place, detail: item.detail })
      yield { source, items, place }
    }
  } finally {
    progress.end()
  }
}

export const showLedger = (io: Io, ledger: Ledger, examples: Examples): void => {
  io.stderr.write(ledgerText(ledger))
  for (const [key, place] of examples) io.stderr.write(`  first ${printable(key)}, at ${printable(place)}\n`)
}

/** Files that no sensor's are: that they were not read is said, because nothing is lost in silence. */
const skippedWarning = (skipped: readonly string[]): Problem => ({
  code: 'evidence-skipped',
  what: `${many(skipped.length, 'file')} below a folder not read, because evidence ends in ${EVIDENCE_ENDINGS.join(', ')}`,
  where: skipped[0] ?? null,
  help: 'a file that is named itself is read, whatever its name',
})

/** A guess is used and told of: evidence of a pod that a person named like a ReplicaSet's would stand under a wrong name. */
const guessedWarnings = ({ workloads }: Evidence): readonly Problem[] => {
  const guessed = [...workloads].flatMap(([key, { observations }]) => {
    const [first] = observations.filter(observation => observation.guessed === true)
    return first === undefined ? [] : [{ key, source: first.source }]
  })
  const [first] = guessed
  if (first === undefined) return []
  return [
    {
      code: 'workload-guessed',
      what: `${many(guessed.length, 'workload')} told, by some records, from the names of pods alone, e.g. \`${printable(first.key)}\` by \`${first.source}\``,
      where: null,
      help: 'have the sensor export owners or the label `pod-template-hash`',
    },
  ]
}

/** Where records name no session, people are told what was taken for one: on it rests how many witnesses there are. */
const inferredWarnings = ({ workloads }: Evidence): readonly Problem[] => {
  const inferred = [...workloads].flatMap(([key, { observations }]) => {
    const sessions = new Set(observations.flatMap(each => (each.inferred === true ? [each.session] : [])))
    return sessions.size === 0 ? [] : [{ key, sessions: sessions.size }]
  })
  const [first] = inferred
  if (first === undefined) return []
  const all = inferred.reduce((total, { sessions }) => total + sessions, 0)
  return [
    {
      code: 'sessions-inferred',
      what: `${many(all, 'session')} of ${many(inferred.length, 'workload')} told from pauses between tool calls alone, e.g. of \`${printable(first.key)}\``,
      where: null,
      help: 'have the agent record a conversation, a trace or a session with each call',
    },
  ]
}

/** The first of each source and reason is shown. */
const noteIn = (examples: Examples, { source, reason, place, detail }: NotedRejection): void => {
  const key = `${source}: ${reason}`
  if (!examples.has(key)) examples.set(key, `${place}: ${detail}`)
}

/** Whatever reads the evidence; gives back what to show of what was rejected. Errors: `usage`, `evidence-not-found`, `file-unreadable`. */
const reading = async (
  options: EvidenceOptions,
  io: Io,
  read: (examples: Examples, skipped: string[]) => Promise<void>,
): Promise<Outcome<Examples>> => {
  if (options.source !== null && !SOURCES.some(({ id }) => id === options.source)) {
    return failed(sourceProblem(options.source))
  }
  const examples: Examples = new Map()
  const skipped: string[] = []
  try {
    await read(examples, skipped)
    if (skipped.length > 0) showWarnings(io, [skippedWarning(skipped)])
    return done(examples)
  } catch (error) {
    if (error instanceof EvidenceError) return failed(error.problem)
    throw error
  }
}

/** Hands on every record, and gives back what to show of those that were rejected. Errors: `usage`, `evidence-not-found`, `file-unreadable`. */
export const readEvidence = (
  paths: readonly string[],
  options: EvidenceOptions,
  io: Io,
  each: (record: ReadRecord) => Promise<void> | void,
): Promise<Outcome<Examples>> =>
  reading(options, io, async (examples, skipped) => {
    for await (const record of decodedRecords(paths, options, io, examples, skipped)) await each(record)
  })

/** The same, by a store that reads files itself. */
export const loadEvidence = (
  paths: readonly string[],
  options: EvidenceOptions,
  io: Io,
  load: (load: Load) => Promise<void>,
  threads: Pick<Load, 'startThread' | 'threads'>,
): Promise<Outcome<Examples>> =>
  reading(options, io, async (examples, skipped) => {
    const reader = readerOf(options)
    const progress = createProgress(io)
    let records = 0
    const parts = async function* (): Load['parts'] {
      for await (const part of readParts(paths, { stdin: io.stdin, skipped: path => skipped.push(path) })) {
        if ('problem' in part) {
          const { file, line, problem: reason, detail } = part
          noteIn(examples, { source: reader.unread, reason, place: `${file}:${line}`, detail })
        }
        yield part
      }
    }
    try {
      await load({
        ...reader,
        ...threads,
        parts: parts(),
        loaded: ({ file, records: more, noted }) => {
          records += more
          progress.say(() => `${count(records)} records, ${printable(file, 60)}`)
          for (const each of noted) noteIn(examples, each)
        },
      })
    } finally {
      progress.end()
    }
  })

/** Reads everything and writes the ledger to standard error. Errors: `usage`, `evidence-not-found`, `file-unreadable`. */
export const collectEvidence = async (
  paths: readonly string[],
  options: EvidenceOptions,
  io: Io,
): Promise<Outcome<Evidence>> => {
  const collector = createCollector()
  const read = await readEvidence(paths, options, io, ({ source, items }) => collector.add(source, items))
  if (!read.ok) return read
  const evidence = collector.finish()
  showLedger(io, evidence.ledger, read.value)
  showWarnings(io, [...guessedWarnings(evidence), ...inferredWarnings(evidence)])
  return done(evidence)
}

/** Whether anything at all was accepted. */
export const isEmpty = ({ ledger }: Pick<Evidence, 'ledger'>): boolean => !ledger.some(({ accepted }) => accepted > 0)

export const EMPTY: Problem = {
  code: 'evidence-empty',
  what: 'nothing of the evidence could be accepted',
  where: '--evidence',
  help: 'the ledger above has the reasons',
}
