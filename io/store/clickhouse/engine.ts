/**
 * The engine that answers: embedded (chDB) or servers, through one client and with the same SQL. Whatever it cannot do is a
 * `StoreError`; an answer that breaks off in the middle is one too.
 */
import { Readable } from 'node:stream'
import type { DataFormat } from '@clickhouse/client'
import type { Problem } from '../../problem.ts'
import { StoreError } from '../store-error.ts'
import type { Hosts } from './hosts.ts'
import { columnsOf, tabSeparated } from './tab-separated.ts'

export interface Engine {
  /** Tells every server that has to be told, one after the other. */
  command(sql: string): Promise<void>
  /** Resolves when the rows are on disk. */
  insert(table: string, rows: readonly object[]): Promise<void>
  /** Rows that are written as `tabSeparated` has them. */
  insertWritten(table: string, rows: Uint8Array): Promise<void>
  /** Rows in pieces, as the engine hands them out. 64-bit numbers are texts. */
  stream<Row>(sql: string): AsyncIterable<readonly Row[]>
  rows<Row>(sql: string): Promise<readonly Row[]>
  /** All rows as one document (`JSONCompact`: `data` has a list for each row); null where it has more bytes than this. */
  document(sql: string, largest: number): Promise<Uint8Array | null>
  close(): Promise<void>
}

const FORMAT = 'JSONEachRow' satisfies DataFormat

/** Without what the query quotes: an engine repeats it, and it holds values of evidence. */
const reasonOf = (error: unknown): string => {
  const text = error instanceof Error ? error.message : String(error)
  const code = error instanceof Error && 'code' in error ? `${String(error.code)}: ` : ''
  return `${code}${text.split('\n', 1)[0]?.slice(0, 200) ?? ''}`
}

export const storeProblem = (what: string, where: string, error: unknown, help: string | null): Problem => ({
  code: 'store-failed',
  what: `${what}: ${reasonOf(error)}`,
  where,
  help,
})

/** Hands rows on, written as TabSeparated. */
type Insert = (table: string, columns: readonly [string, ...string[]], rows: Uint8Array) => Promise<unknown>

/** A request with the rows as its body. */
const sentTo =
  (hosts: Hosts): Insert =>
  async (table, columns, rows) => {
    const client = await hosts.written()
    return client.insert({
      table,
      columns: [...columns],
      values: Readable.from([rows], { objectMode: false }),
      format: 'TabSeparated',
    })
  }

/** `insert`: how rows reach it, where there is a shorter way than a request. */
export const createEngine = (hosts: Hosts, where: string, insert: Insert = sentTo(hosts)): Engine => {
  const failure = (what: string, error: unknown): StoreError =>
    new StoreError(storeProblem(what, where, error, 'nothing that was acknowledged is lost; try again'), error)

  async function* stream<Row>(sql: string): AsyncIterable<readonly Row[]> {
    try {
      const client = await hosts.asked()
      const answer = await client.query({ query: sql, format: FORMAT })
      for await (const piece of answer.stream<Row>()) yield piece.map(row => row.json<Row>())
    } catch (error) {
      throw failure('the store cannot be read', error)
    }
  }

  const document = async (sql: string, largest: number): Promise<Uint8Array | null> => {
    try {
      const client = await hosts.asked()
      const { stream: answer } = await client.exec({ query: `${sql} FORMAT JSONCompact` })
      const chunks: Uint8Array[] = []
      let length = 0
      for await (const chunk of answer) {
        const bytes: Uint8Array = chunk
        length += bytes.length
        if (length > largest) return null
        chunks.push(bytes)
      }
      return Buffer.concat(chunks)
    } catch (error) {
      throw failure('the store cannot be read', error)
    }
  }

  const insertWritten = async (table: string, rows: Uint8Array): Promise<void> => {
    if (rows.length === 0) return
    try {
      await insert(table, columnsOf(table), rows)
    } catch (error) {
      throw failure('the store cannot be written', error)
    }
  }

  return {
    command: async sql => {
      try {
        for (const told of await hosts.told()) await told.command({ query: sql })
      } catch (error) {
        throw failure('the store cannot be prepared', error)
      }
    },
    insert: (table, rows) => insertWritten(table, tabSeparated(table, rows)),
    insertWritten,
    stream,
    rows: async <Row>(sql: string) => {
      const all: Row[] = []
      for await (const piece of stream<Row>(sql)) for (const row of piece) all.push(row)
      return all
    },
    document,
    close: async () => {
      for (const open of hosts.all) await open.close()
    },
  }
}
