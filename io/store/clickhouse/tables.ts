/**
 * The tables, in SQL that releases from 18.16 on understand. Nothing is ever updated in place: what is sent again, or folded again,
 * is another row, and reading takes the sum or the newest.
 *
 * - `evidence`: every decoded item, once for each time it came. Rows that are equal become one row with the sum of `copies`.
 * - `units`: how many rows each unit has had, kept by a view as states that merge.
 * - `folds`: which units were folded, when, and from how many rows: a unit whose rows are more has to be folded again.
 * - `witnesses`, `sightings`: what the folds gave, per unit: the rows that derivation reads.
 * - `derivations`: what was derived last, from what, and which files it is.
 * - `bookmarks`: how far files that are still written were read.
 * - `behaviors`: who showed which value of which surface, kept by a view as states that merge: for people who ask the engine.
 */

export type Column = readonly [name: string, type: string]

export interface Table {
  readonly name: string
  readonly columns: readonly Column[]
  readonly engine: string
  /** Argument of the engine, beside what replication needs. */
  readonly argument: string | null
  readonly order: string
}

/** Whatever is written to one table becomes states of another one. */
interface View {
  readonly name: string
  readonly from: string
  readonly to: string
  readonly select: string
}

/** UTC day of writing: what is dropped together when it is too old. */
const DAY: Column = ['day', 'Date']

const table = (
  name: string,
  engine: string,
  argument: string | null,
  order: string,
  columns: readonly Column[],
): Table => ({ name, columns: [...columns, DAY], engine, argument, order })

export const TABLES: readonly Table[] = [
  table('evidence', 'SummingMergeTree', 'copies', 'workload, unit, kind, source, id, digest, stream, sequence', [
    ['workload', 'String'],
    // Fixed-length digests of texts that may be of any length.
    ['unit', 'String'],
    ['kind', 'String'],
    ['source', 'String'],
    // Of observations, which marks name, and of what belongs to no workload; what belongs to one is told apart by its digest.
    ['id', 'String'],
    ['digest', 'String'],
    ['pod', 'String'],
    ['part', 'String'],
    ['start', 'Float64'],
    // Negative where it was not recorded.
    ['end', 'Float64'],
    // How many were rejected or lost; negative: an unknown number.
    ['amount', 'Int64'],
    ['copies', 'UInt64'],
    // Where the record stands in a numbered stream, and which record claims the number.
    ['stream', 'String'],
    ['sequence', 'UInt64'],
    ['claim', 'String'],
    ['payload', 'String'],
  ]),
  table('units', 'AggregatingMergeTree', null, 'workload, unit', [
    ['workload', 'String'],
    ['unit', 'String'],
    ['rows', 'AggregateFunction(count)'],
  ]),
  table('folds', 'ReplacingMergeTree', 'generation', 'workload, unit', [
    ['workload', 'String'],
    ['unit', 'String'],
    ['generation', 'UInt64'],
    ['seen', 'UInt64'],
    // JSON: what is said of the part as a whole.
    ['part', 'String'],
    ['ledger_source', 'Array(String)'],
    ['ledger_reason', 'Array(String)'],
    ['ledger_count', 'Array(UInt64)'],
  ]),
  table('witnesses', 'ReplacingMergeTree', 'generation', 'workload, unit, witness', [
    ['workload', 'String'],
    ['unit', 'String'],
    ['generation', 'UInt64'],
    ['witness', 'String'],
    ['session', 'UInt8'],
    ['first', 'Float64'],
    ['last', 'Float64'],
    // JSON: request, origins, facts, pace.
    ['shown', 'String'],
  ]),
  table('sightings', 'ReplacingMergeTree', 'generation', 'workload, unit, witness, substrate, action', [
    ['workload', 'String'],
    ['unit', 'String'],
    ['generation', 'UInt64'],
    ['witness', 'String'],
    ['substrate', 'String'],
    ['action', 'String'],
    ['count', 'UInt32'],
    ['first', 'Float64'],
    ['last', 'Float64'],
    ['sources', 'Array(String)'],
    // Whether arguments were seen, absent, malformed; more dimensions than count; whether `always` says anything.
    ['flags', 'UInt8'],
    ['always', 'Array(String)'],
    ['dimension_name', 'Array(String)'],
    ['dimension_count', 'Array(UInt32)'],
    ['dimension_first', 'Array(Float64)'],
    ['dimension_last', 'Array(Float64)'],
    ['dimension_flooded', 'Array(UInt8)'],
    ['value_dimension', 'Array(String)'],
    // JSON of the scalar.
    ['value_json', 'Array(String)'],
    ['value_count', 'Array(UInt32)'],
    ['value_first', 'Array(Float64)'],
    ['value_last', 'Array(Float64)'],
  ]),
  table('bookmarks', 'ReplacingMergeTree', 'generation', 'workload, reader, file', [
    ['workload', 'String'],
    ['reader', 'String'],
    ['file', 'String'],
    ['generation', 'UInt64'],
    // JSON: of each file that is not read to its end.
    ['positions', 'String'],
  ]),
  table('derivations', 'ReplacingMergeTree', 'generation', 'workload, place', [
    ['workload', 'String'],
    ['place', 'String'],
    ['generation', 'UInt64'],
    ['origin', 'String'],
    ['files', 'String'],
    // JSON.
    ['told', 'String'],
  ]),
  table('behaviors', 'AggregatingMergeTree', null, 'workload, substrate, action, dimension, value', [
    ['workload', 'String'],
    ['substrate', 'String'],
    ['action', 'String'],
    ['dimension', 'String'],
    ['value', 'String'],
    ['witnesses', 'AggregateFunction(uniq, String)'],
    ['first_seen', 'AggregateFunction(min, Float64)'],
    ['last_seen', 'AggregateFunction(max, Float64)'],
  ]),
]

const VIEWS: readonly View[] = [
  {
    name: 'units_kept',
    from: 'evidence',
    to: 'units',
    select:
      "SELECT workload, unit, countState() AS rows, day FROM {from} WHERE workload != '' GROUP BY workload, unit, day",
  },
  {
    name: 'behaviors_kept',
    from: 'sightings',
    to: 'behaviors',
    select: `SELECT workload, substrate, action, dimension, value,
      uniqState(witness) AS witnesses, minState(since) AS first_seen, maxState(until) AS last_seen, day
      FROM {from} ARRAY JOIN value_dimension AS dimension, value_json AS value, value_first AS since, value_last AS until
      GROUP BY workload, substrate, action, dimension, value, day`,
  },
]

/** A cluster: tables with their own rows on each server, and one table over all of them. */
export interface Cluster {
  readonly name: string
  readonly replicated: boolean
}

/** The name of what holds the rows of one server. */
const localName = (name: string, cluster: Cluster | null): string => (cluster === null ? name : `${name}_local`)

const engineOf = ({ name, engine, argument }: Table, database: string, cluster: Cluster | null): string => {
  if (cluster?.replicated !== true) return `${engine}(${argument ?? ''})`
  const path = `'/clickhouse/tables/{shard}/${database}/${name}', '{replica}'`
  return `Replicated${engine}(${argument === null ? path : `${path}, ${argument}`})`
}

const createTable = (table: Table, { database, cluster, settings }: Home): readonly string[] => {
  const { name, columns, order } = table
  const local = localName(name, cluster)
  const list = columns.map(([column, type]) => `${column} ${type}`).join(', ')
  const engine = engineOf(table, database, cluster)
  const own = `CREATE TABLE IF NOT EXISTS ${local} (${list}) ENGINE = ${engine} PARTITION BY day ORDER BY (${order})${settings}`
  if (cluster === null) return [own]
  const over = `Distributed(${cluster.name}, ${database}, ${local}, cityHash64(workload))`
  return [own, `CREATE TABLE IF NOT EXISTS ${name} (${list}) ENGINE = ${over}`]
}

const createView = ({ name, from, to, select }: View, cluster: Cluster | null): string => {
  const query = select.replace('{from}', localName(from, cluster))
  return `CREATE MATERIALIZED VIEW IF NOT EXISTS ${name} TO ${localName(to, cluster)} AS ${query}`
}

/** Where tables are made. The names stand in SQL as they are. */
export interface Home {
  readonly database: string
  readonly cluster: Cluster | null
  /** ` SETTINGS …` of tables that hold rows, or nothing. */
  readonly settings: string
}

/** What each server is told, in this order. */
export const definitions = (home: Home): readonly string[] => [
  ...TABLES.flatMap(table => createTable(table, home)),
  ...VIEWS.map(view => createView(view, home.cluster)),
]

/** Where rows are, for letting go of those of a day. */
export const tablesWithRows = (cluster: Cluster | null): readonly string[] =>
  TABLES.map(({ name }) => localName(name, cluster))
