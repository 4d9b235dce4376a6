/**
 * The bare engine, in a process of its own: loads rows that somebody else has taken apart already, from a file of JSON lines, and runs
 * the query of a profile. Arguments: the folder of the engine, the file.
 */
import { createClient } from '@clickhouse/client'
import { createChdbConnection } from 'chdb/connection'

const [folder = '', file = ''] = process.argv.slice(2)
type Connection = NonNullable<NonNullable<Parameters<typeof createClient>[0]>['connection']>
const client = createClient({ connection: createChdbConnection({ path: folder }) as unknown as Connection })

const COLUMNS = `workload String, session String, substrate String, action String, start Float64,
  dimension Array(String), value Array(String)`

const start = performance.now()
await client.command({ query: `CREATE TABLE rows (${COLUMNS}) ENGINE = MergeTree ORDER BY (workload, session)` })
await client.command({ query: `INSERT INTO rows SELECT * FROM file('${file}', JSONEachRow)` })
const loaded = performance.now()
const answer = await client.query({
  query: `SELECT workload, substrate, action, name, text, uniqExact(session) AS sessions, count() AS times,
      min(start) AS first, max(start) AS last
    FROM rows ARRAY JOIN dimension AS name, value AS text GROUP BY workload, substrate, action, name, text`,
  format: 'JSONEachRow',
})
const profile = await answer.json()
process.stdout.write(
  JSON.stringify({
    load: (loaded - start) / 1_000,
    query: (performance.now() - loaded) / 1_000,
    rows: profile.length,
  }),
)
await client.close()
