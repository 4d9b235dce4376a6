/** What the recorder's tests share: the built program, folders of their own, and the reading of what was recorded. */
import { mkdtempSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect } from 'vitest'
import type { EvidenceItem } from '../../core/model/evidence.ts'
import type { Observation } from '../../core/model/observation.ts'
import { ambitSource } from '../../core/observe/ambit.ts'
import { tracerProblem } from '../../io/record/strace/tracer.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
export const AMBIT = join(ROOT, 'dist/apps/cli/main.js')
export const AGENT = join(ROOT, 'dist/examples/research-agent/main.js')
export const QUICKSTART = join(ROOT, 'dist/examples/quickstart.js')

export const serverPath = (name: string): string =>
  createRequire(import.meta.url).resolve(`@modelcontextprotocol/${name}/dist/index.js`)

/** Whether programs can be traced here. Where they cannot, there must be a reason; and in CI they must be. */
export const canTrace = (): boolean => {
  const why = tracerProblem()
  if (why !== null) {
    expect(process.env.CI, why).toBeUndefined()
    expect(why).not.toBe('')
  }
  return why === null
}

/** A test of what strace records. */
export const traced = (body: () => void | Promise<void>) => (): void | Promise<void> => {
  if (canTrace()) return body()
}

export const newFolder = (): string => mkdtempSync(join(tmpdir(), 'ambit-test-'))

/** Every line of the file, as the evidence source reads it. */
export const readItems = (file: string): readonly EvidenceItem[] =>
  readFileSync(file, 'utf8')
    .split('\n')
    .filter(line => line !== '')
    .flatMap(line => ambitSource.decode(JSON.parse(line), { identities: new Map() }))

export const readObservations = (file: string): readonly Observation[] =>
  readItems(file).flatMap(item => (item.kind === 'observation' ? [item.observation] : []))

/** `dimension=value` of each, sorted. */
export const valuesOf = ({ values }: Observation): readonly string[] =>
  values.map(({ dimension, value }) => `${dimension}=${String(value)}`).sort()
