/**
 * A folder of papers, the policy that `ambit derive` makes of eight recorded sessions that read all of them, and what a gateway
 * needs to stand before it. Nothing is written by hand: what is measured is what a user has.
 */
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, realpathSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { request } from './rpc.ts'
import { stdioWire } from './stdio-wire.ts'

export interface Size {
  readonly name: string
  /** Characters of one file. */
  readonly length: number
  /** Files of this size; each is another text. */
  readonly files: number
  readonly calls: number
  readonly text: (length: number, seed: number) => string
}

const WORDS = 'the agent reads what a paper says about bounds and writes a report of it for whoever asked'.split(' ')

const word = (seed: number): string => WORDS[(seed * 7_919) % WORDS.length] ?? ''

const prose = (length: number, seed: number): string => {
  const lines: string[] = []
  for (let size = 0, line = 0; size < length; line++) {
    const text = `${seed}.${line} ${Array.from({ length: 12 }, (_, index) => word(seed + line * 13 + index)).join(' ')}`
    lines.push(text)
    size += text.length + 1
  }
  return lines.join('\n').slice(0, length)
}

const records = (length: number, seed: number): string => {
  const list: unknown[] = []
  for (let size = 2, index = 0; size < length; index++) {
    const record = {
      id: `r-${seed}-${index}`,
      name: word(index),
      note: `${word(seed)} ${word(index + 3)}`,
      count: index,
    }
    list.push(record)
    size += JSON.stringify(record).length + 1
  }
  return JSON.stringify(list)
}

export const SIZES: readonly Size[] = [
  { name: '200 B', length: 200, files: 20, calls: 3_000, text: prose },
  { name: '4 KB', length: 4_096, files: 20, calls: 1_000, text: prose },
  { name: '64 KB prose', length: 65_536, files: 10, calls: 300, text: prose },
  { name: '64 KB JSON', length: 65_536, files: 10, calls: 300, text: records },
  { name: '1 MB prose', length: 1_048_576, files: 4, calls: 100, text: prose },
]

const SESSIONS = 8

export const AMBIT = fileURLToPath(new URL('../../apps/cli/main.js', import.meta.url))
const SERVER = createRequire(import.meta.url).resolve('@modelcontextprotocol/server-filesystem/dist/index.js')

export interface Place {
  readonly folder: string
  readonly policies: string
  /** The server, as a command. */
  readonly server: readonly [string, ...string[]]
  readonly keys: string
  readonly pathsOf: (size: Size) => readonly string[]
}

export const WORKLOAD = 'bench/reader'

const ambit = (...words: readonly string[]): void => {
  execFileSync(process.execPath, [AMBIT, ...words], { stdio: ['ignore', 'ignore', 'inherit'] })
}

export const newPlace = async (): Promise<Place> => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'ambit-bench-gateway-')))
  const files = join(folder, 'papers')
  mkdirSync(files)
  const server = [process.execPath, SERVER, files] as const
  const pathsOf = (size: Size): readonly string[] =>
    Array.from({ length: size.files }, (_, index) => join(files, `${size.name.replace(/ /g, '-')}-${index}.md`))
  const paths = SIZES.flatMap(pathsOf)
  for (const path of paths) writeFileSync(path, 'a draft')
  const evidence = join(folder, 'evidence.jsonl')
  for (let session = 0; session < SESSIONS; session++) {
    const words = ['record', '--mcp', '--out', evidence, '--workload', WORKLOAD, '--session', `s${session}`, '--']
    const wire = await stdioWire([process.execPath, AMBIT, ...words, ...server])
    for (const path of paths) await wire.ask(request('tools/call', { name: 'read_text_file', arguments: { path } }))
    await wire.close()
  }
  const policies = join(folder, 'policies')
  ambit('derive', '--evidence', evidence, '--out', policies)
  const keys = join(folder, 'keys')
  ambit('audit', 'keygen', '--out', keys)
  // What the papers say was no part of what was learned.
  for (const size of SIZES)
    for (const [seed, path] of pathsOf(size).entries()) writeFileSync(path, size.text(size.length, seed))
  return { folder, policies, server: [...server], keys, pathsOf }
}
