/** `ambit derive`: evidence + decisions → for each workload a policy, its review, and what enforces it, in a folder. */
import { type Decisions, identitiesOf } from '../../core/model/decisions.ts'
import type { Ledger } from '../../core/model/ledger.ts'
import type { Mark, Marking } from '../../core/model/mark.ts'
import { type Workload, workloadKey } from '../../core/model/workload.ts'
import { CLOSURE_RULE_IDS, profileOf } from '../../core/pipeline.ts'
import { loadDecisions } from '../../io/decisions/load-decisions.ts'
import { jsonText } from '../../io/json-text.ts'
import { loadMarks } from '../../io/marks/read-marks.ts'
import { done, failed, type Outcome, type Problem } from '../../io/problem.ts'
import type { Reading } from '../../io/store/evidence-store.ts'
import { suggest } from '../../io/yaml/suggest.ts'
import { type Derivable, type DeriveAll, deriveAll } from './derive/derive-all.ts'
import { deriveChanged } from './derive/derive-changed.ts'
import type { Derived } from './derive/derive-one.ts'
import { collectEvidence, EMPTY, isEmpty, showLedger } from './evidence.ts'
import { EXIT, type ExitCode, type Io } from './io.ts'
import { warnUnused, withoutMarked } from './marked-evidence.ts'
import { withStore } from './opened-store.ts'
import { showProblems } from './problems.ts'

export interface DeriveOptions {
  /** Empty where a store is named. */
  readonly evidence: readonly string[]
  /** Name of the store to derive from; null: from files. */
  readonly store: string | null
  /** Path of `ambit.yaml`; null: everything defaulted. */
  readonly decisions: string | null
  /** `namespace/name`; null: every workload. */
  readonly workload: string | null
  readonly source: string | null
  /** Path of a reviewer's `marks.yaml`; null: nothing is marked. */
  readonly marks: string | null
  readonly out: string
  /** Whether to derive under other decisions too, and show what they would give. */
  readonly whatIf: boolean
  /** Whether to derive also what did not change since the store was last derived from. */
  readonly anew: boolean
  /** Null: as many as there are processors, once there is much to do. */
  readonly threads: number | null
  readonly format: 'text' | 'json'
}

/** In the order of the names; `usage` where a workload was asked for that has no evidence. */
const chosen = ({ workloads }: Pick<Reading, 'workloads'>, wanted: string | null): Outcome<readonly Workload[]> => {
  if (wanted === null) return done(workloads)
  const keys = workloads.map(workloadKey)
  const own = workloads.find(workload => workloadKey(workload) === wanted)
  if (own !== undefined) return done([own])
  const near = suggest(wanted, keys)
  const problem: Problem = {
    code: 'usage',
    what: `there is no evidence of the workload \`${wanted}\``,
    where: '--workload',
    help: near === null ? `evidence names ${keys.slice(0, 10).join(', ') || 'none'}` : `did you mean \`${near}\`?`,
  }
  return failed(problem)
}

/** A function of its own, so that the evidence, which can be large, is gone before anything is derived from it. */
const readFiles = async (
  { evidence: paths, source, marks }: DeriveOptions,
  decisions: Decisions,
  io: Io,
): Promise<Outcome<Derivable>> => {
  const collected = await collectEvidence(paths, { source, identities: identitiesOf([decisions]) }, io)
  if (!collected.ok) return collected
  const { ledger } = collected.value
  const evidence = await withoutMarked(collected.value, marks, io)
  if (!evidence.ok) return evidence
  const profiles = new Map([...evidence.value.workloads].map(([key, own]) => [key, profileOf(own, ledger)]))
  const profile = async (workload: Workload) => profiles.get(workloadKey(workload)) ?? null
  return done({
    workloads: [...profiles].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, { workload }]) => workload),
    ledger,
    profile,
    marked: profile,
    portions: async function* (wanted) {
      for (const workload of wanted) yield { workload, profile: await profile(workload) }
    },
  })
}

/** A blank line around what is told in several. */
const toldText = (derived: readonly Derived[]): string => {
  const isShort = (text: string | undefined): boolean => text === undefined || text.indexOf('\n') === text.length - 1
  return derived
    .map(({ text }, index) =>
      index === 0 || (isShort(text) && isShort(derived[index - 1]?.text)) ? text : `\n${text}`,
    )
    .join('')
}

interface Result {
  readonly derived: readonly Derived[]
  readonly ledger: Ledger
}

/** Null: nothing of the evidence could be accepted. */
const deriveFrom = async (
  reading: Pick<Reading, 'workloads' | 'ledger'>,
  { workload }: DeriveOptions,
  derive: (workloads: readonly Workload[]) => Promise<Outcome<readonly Derived[]>>,
): Promise<Outcome<Result | null>> => {
  if (isEmpty(reading)) return done(null)
  const workloads = chosen(reading, workload)
  if (!workloads.ok) return workloads
  const derived = await derive(workloads.value)
  return derived.ok ? done({ derived: derived.value, ledger: reading.ledger }) : derived
}

export const deriveCommand = async (options: DeriveOptions, io: Io): Promise<ExitCode> => {
  const failedWith = (problems: readonly Problem[]): ExitCode => {
    showProblems(io, problems)
    return EXIT.usage
  }
  const decisions = await loadDecisions(options.decisions, CLOSURE_RULE_IDS)
  if (!decisions.ok) return failedWith(decisions.problems)
  const { store: name, threads } = options
  const how = (marking: Marking | null): DeriveAll => ({ marking, decisions: decisions.value, options, threads })
  const marks = name === null || options.marks === null ? done([]) : await loadMarks(options.marks)
  if (!marks.ok) return failedWith(marks.problems)
  let result: Outcome<Result | null>
  if (name === null) {
    const reading = await readFiles(options, decisions.value, io)
    result = reading.ok
      ? await deriveFrom(reading.value, options, workloads => deriveAll(reading.value, workloads, how(null), io))
      : reading
  } else {
    result = await withStore(name, async store => {
      const reading = await store.read()
      showLedger(io, reading.ledger, new Map())
      const from = (marking: Marking | null) =>
        deriveFrom(reading, options, workloads =>
          deriveChanged(store, reading, workloads, how(marking), options.anew, io),
        )
      if (options.marks === null) return from(null)
      const marking = { marks: marks.value, used: new Set<Mark>() }
      const marked = await from(marking)
      warnUnused(
        marking.marks.filter(mark => !marking.used.has(mark)),
        options.marks,
        io,
      )
      return marked
    })
  }
  if (!result.ok) return failedWith(result.problems)
  if (result.value === null) {
    showProblems(io, [EMPTY])
    return EXIT.nothing
  }
  const { derived, ledger } = result.value
  if (options.format === 'json')
    io.stdout.write(`${jsonText({ workloads: derived.map(({ json }) => json), ledger }, 2)}\n`)
  else io.stdout.write(toldText(derived))
  return EXIT.done
}
