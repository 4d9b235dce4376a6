/** Case folders of the evidence sources: a raw record, the options it is decoded with, and the items it must give. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import type { SourceOptions } from '../../core/model/source.ts'

const CASE = z.object({
  about: z.string(),
  identities: z.record(z.string(), z.string()).optional(),
  record: z.unknown(),
  items: z.array(z.record(z.string(), z.unknown())),
})

export interface SourceCase {
  readonly source: string
  readonly name: string
  readonly about: string
  readonly record: unknown
  readonly options: SourceOptions
  /** Each expected item; what it does not mention is free. */
  readonly items: readonly Record<string, unknown>[]
}

const ROOT = join(import.meta.dirname, '..', 'cases', 'sources')

const optionsOf = (identities: Readonly<Record<string, string>>): SourceOptions => ({
  identities: new Map(
    Object.entries(identities).map(([arn, key]) => {
      const [namespace = '', name = ''] = key.split('/')
      return [arn, { namespace, name }]
    }),
  ),
})

export const SOURCE_CASES: readonly SourceCase[] = readdirSync(ROOT).flatMap(source =>
  readdirSync(join(ROOT, source)).map(file => {
    const { about, identities, record, items } = CASE.parse(JSON.parse(readFileSync(join(ROOT, source, file), 'utf8')))
    return { source, name: file.replace(/\.json$/, ''), about, record, options: optionsOf(identities ?? {}), items }
  }),
)
