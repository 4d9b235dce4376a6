/** `ambit store`: what a store holds, and letting go of what is too old. */

import type { Profile } from '../../core/model/profile.ts'
import { rfc3339 } from '../../core/model/rfc3339.ts'
import { workloadKey } from '../../core/model/workload.ts'
import { jsonText } from '../../io/json-text.ts'
import { done, type Outcome } from '../../io/problem.ts'
import type { EvidenceStore } from '../../io/store/evidence-store.ts'
import { firstDayKept } from '../../io/store/retention.ts'
import { showLedger } from './evidence.ts'
import { EXIT, type ExitCode, type Io } from './io.ts'
import { withStore } from './opened-store.ts'
import { showProblems } from './problems.ts'
import { many } from './render/numbers.ts'
import { printable } from './terminal.ts'

interface Shown {
  readonly workload: string
  readonly surfaces: number
  readonly values: number
  readonly witnesses: number
  readonly first: string | null
  readonly last: string | null
}

const shownOf = ({ workload, surfaces, witnesses, first, last }: Profile): Shown => ({
  workload: workloadKey(workload),
  surfaces: surfaces.size,
  values: [...surfaces.values()]
    .flatMap(({ dimensions }) => [...dimensions.values()])
    .reduce((sum, { values }) => sum + values.size, 0),
  witnesses: witnesses.size,
  first: first === null ? null : rfc3339(first),
  last: last === null ? null : rfc3339(last),
})

const line = ({ workload, surfaces, values, witnesses, first, last }: Shown): string => {
  const when = first === null || last === null ? '' : `, ${first} to ${last}`
  return `${printable(workload)}: ${many(surfaces, 'surface')}, ${many(values, 'value')}, ${many(witnesses, 'witness', 'witnesses')}${when}\n`
}

const finish = (outcome: Outcome<unknown>, io: Io): ExitCode => {
  if (outcome.ok) return EXIT.done
  showProblems(io, outcome.problems)
  return EXIT.usage
}

export const showStore = async (
  { store: name, format }: { readonly store: string; readonly format: 'text' | 'json' },
  io: Io,
): Promise<ExitCode> => {
  const show = async (store: EvidenceStore): Promise<Outcome<null>> => {
    const { workloads, ledger, profile } = await store.read()
    const shown: Shown[] = []
    for (const workload of workloads) {
      const found = await profile(workload)
      if (found === null) continue
      shown.push(shownOf(found))
      if (format === 'text') io.stdout.write(line(shownOf(found)))
    }
    if (format === 'json') io.stdout.write(`${jsonText({ workloads: shown, ledger }, 2)}\n`)
    else showLedger(io, ledger, new Map())
    return done(null)
  }
  return finish(await withStore(name, show), io)
}

export const pruneStore = async (
  { store: name, keep }: { readonly store: string; readonly keep: number },
  io: Io,
): Promise<ExitCode> => {
  const before = firstDayKept(Date.now(), keep)
  const prune = async (store: EvidenceStore): Promise<Outcome<null>> => {
    await store.prune(before)
    io.stdout.write(`what was received before ${before} is gone\n`)
    return done(null)
  }
  return finish(await withStore(name, prune), io)
}
