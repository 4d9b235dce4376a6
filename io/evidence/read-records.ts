/**
 * Files, folders and standard input → raw JSON records, one after the other, with the place that each came from. Plain or
 * gzip by content; JSON lines or documents by content. JSON lines take the memory of one line. Bytes that are not UTF-8
 * become U+FFFD: the record is kept, and its other fields with it.
 */
import { createReadStream } from 'node:fs'
import type { Rejection } from '../../core/model/evidence.ts'
import { cutText, type TextPart } from './cut-text.ts'
import { decompressed } from './decompress.ts'
import { codeOf, evidenceFiles, type Skipped, unreadable } from './evidence-files.ts'
import { createLines } from './lines.ts'
import { createSplitter, type Split } from './split-records.ts'

/** Bytes that are read at once. */
const CHUNK = 1_048_576

export type RawRecord =
  /** `line` is where the record begins, counted from 1; `file` is the path, `-` for standard input. */
  | { readonly file: string; readonly line: number; readonly record: unknown }
  | { readonly file: string; readonly line: number; readonly problem: Rejection; readonly detail: string }

export interface RecordInput {
  readonly stdin: AsyncIterable<Uint8Array>
  readonly skipped: Skipped
}

async function* splitFile(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<readonly Split[]> {
  const decoder = new TextDecoder()
  const splitter = createSplitter()
  const lines = createLines(splitter.add)
  let broken: string | null = null
  for await (const piece of decompressed(chunks)) {
    if ('broken' in piece) broken = piece.broken
    else yield lines.push(decoder.decode(piece.bytes, { stream: true }))
  }
  yield lines.push(decoder.decode())
  const rest = lines.take()
  yield rest === null ? [...splitter.add(null), ...splitter.end('', broken)] : splitter.end(rest, broken)
}

/** A file below a folder that cannot be read: what it hides is missed by somebody. */
export type LostFile = Extract<RawRecord, { readonly problem: Rejection }>

/** What every file gives, with the file that it is of. */
async function* eachFile<Given>(
  paths: readonly string[],
  { stdin, skipped }: RecordInput,
  read: (chunks: AsyncIterable<Uint8Array>) => AsyncIterable<Given>,
): AsyncGenerator<LostFile | { readonly file: string; readonly given: Given }> {
  const lost = (file: string, why: string): LostFile => ({
    file,
    line: 1,
    problem: 'unreadable',
    detail: `not read: ${why}`,
  })
  for (const found of await evidenceFiles(paths, skipped)) {
    const { path: file } = found
    if ('why' in found) {
      yield lost(file, found.why)
      continue
    }
    const chunks: AsyncIterable<Uint8Array> = file === '-' ? stdin : createReadStream(file, { highWaterMark: CHUNK })
    try {
      for await (const given of read(chunks)) yield { file, given }
    } catch (error) {
      // An error of whoever consumes the records does not come through here: only reading throws.
      if (found.named) throw unreadable(file, error)
      yield lost(file, codeOf(error))
    }
  }
}

/** @throws EvidenceError (code `evidence-not-found` or `file-unreadable`) where a named path cannot be read. */
export async function* readRecords(paths: readonly string[], input: RecordInput): AsyncGenerator<RawRecord> {
  for await (const read of eachFile(paths, input, splitFile)) {
    if ('problem' in read) yield read
    else for (const split of read.given) yield { file: read.file, ...split }
  }
}

/** A part of a file, with whole records in it; not read yet. */
export interface FilePart {
  readonly file: string
  readonly part: TextPart
}

/** The same files in parts. @throws EvidenceError as `readRecords`. */
export async function* readParts(paths: readonly string[], input: RecordInput): AsyncGenerator<FilePart | LostFile> {
  for await (const read of eachFile(paths, input, chunks => cutText(decompressed(chunks))))
    yield 'problem' in read ? read : { file: read.file, part: read.given }
}
