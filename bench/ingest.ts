/**
 * P1: a file of evidence to a profile that can be queried, by the program as a user runs it, beside the bare engine loading the same
 * number of rows that were taken apart before. Each is a process of its own, one after the other.
 */

import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { identitiesOf } from '../core/model/decisions.ts'
import { readDecisions } from '../io/decisions/read-decisions.ts'
import { type Expanded, expand, type Format } from './ingest/expand.ts'
import { writeNormalized } from './ingest/normalized.ts'
import { identitiesIn } from './lines/evidence.ts'
import { type Run, runAmbit, runNode } from './lines/run-ambit.ts'
import type { Report } from './report.ts'
import { table } from './table.ts'

const BARE = join(import.meta.dirname, 'ingest', 'bare.js')
const BARE_SAYS = z.object({ load: z.number(), query: z.number(), rows: z.number() })

const bytesOf = (folder: string): number =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0)

interface Measured {
  readonly format: Format
  readonly evidence: Expanded
  readonly ambit: Run
  readonly stored: number
  readonly bare: Run
  readonly said: z.infer<typeof BARE_SAYS>
}

const measure = async (data: string, format: Format, observations: number, place: string): Promise<Measured> => {
  rmSync(place, { recursive: true, force: true })
  mkdirSync(place, { recursive: true })
  const [file, rows, decisions] = [join(place, 'evidence.jsonl'), join(place, 'rows.jsonl'), join(place, 'ambit.yaml')]
  writeFileSync(decisions, identitiesIn(join(data, 'cloudtrail', 'account.cloudtrail.jsonl.gz')))
  const read = readDecisions(readFileSync(decisions, 'utf8'), decisions, [])
  if (!read.ok) throw new Error(read.problems[0]?.what)
  const identities = identitiesOf([read.value])
  const evidence = await expand(data, format, observations, { identities }, file)
  await writeNormalized(file, { identities }, rows)
  const store = join(place, 'store')
  const ambit = await runAmbit(['ingest', '--evidence', file, '--store', store, '--decisions', decisions])
  if (ambit.code !== 0) throw new Error(`ambit ingest ended with ${ambit.code}: ${ambit.stderr.slice(0, 2_000)}`)
  const stored = bytesOf(store)
  const bare = await runNode([BARE, join(place, 'bare'), rows])
  if (bare.code !== 0) throw new Error(`the bare engine ended with ${bare.code}: ${bare.stderr.slice(0, 2_000)}`)
  const said = BARE_SAYS.parse(JSON.parse(bare.stdout))
  rmSync(place, { recursive: true, force: true })
  return { format, evidence, ambit, stored, bare, said }
}

const whole = (value: number): string => Math.round(value).toLocaleString('en')

const row = ({ format, evidence, ambit, stored, bare, said }: Measured): readonly string[] => {
  const { observations, bytes } = evidence
  const seconds = said.load + said.query
  return [
    format,
    whole(observations),
    (bytes / 1_048_576).toFixed(0),
    ambit.seconds.toFixed(1),
    whole(observations / ambit.seconds),
    ambit.peakMegabytes?.toFixed(0) ?? '–',
    (stored / 1_048_576).toFixed(1),
    seconds.toFixed(2),
    whole(observations / seconds),
    bare.peakMegabytes?.toFixed(0) ?? '–',
    `${((100 * seconds) / ambit.seconds).toFixed(1)} %`,
  ]
}

const HEADING = [
  'format',
  'observations',
  'MB',
  'ambit s',
  'observations/s',
  'peak MB',
  'on disk MB',
  'bare engine s',
  'rows/s',
  'peak MB',
  'of its speed',
]

/** log time over log size: 1 is linear. */
const exponent = (measured: readonly Measured[]): number | null => {
  const [first, last] = [measured[0], measured.at(-1)]
  if (first === undefined || last === undefined || first === last) return null
  return (
    Math.log(last.ambit.seconds / first.ambit.seconds) /
    Math.log(last.evidence.observations / first.evidence.observations)
  )
}

export interface IngestOptions {
  readonly data: string
  readonly formats: readonly Format[]
  readonly observations: readonly number[]
  readonly place: string
}

export const ingest = async ({ data, formats, observations, place }: IngestOptions): Promise<Report> => {
  const measured: Measured[] = []
  for (const format of formats)
    for (const wanted of observations) measured.push(await measure(data, format, wanted, join(place, format)))
  const growth = formats.map(format => ({
    format,
    exponent: exponent(measured.filter(each => each.format === format)),
  }))
  const grown = growth.flatMap(({ format, exponent: by }) =>
    by === null ? [] : [`growth of ${format}: time is observations to the power of ${by.toFixed(2)}`],
  )
  return {
    text: [table(HEADING, measured.map(row)), ...grown].join('\n\n'),
    json: {
      growth,
      measured: measured.map(({ format, evidence, ambit, stored, bare, said }) => ({
        format,
        ...evidence,
        ambit: { seconds: ambit.seconds, peakMegabytes: ambit.peakMegabytes, bytesOnDisk: stored },
        bare: { ...said, peakMegabytes: bare.peakMegabytes },
      })),
    },
  }
}
