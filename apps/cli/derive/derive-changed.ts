/**
 * Workloads of a store → those derived of which anything changed since they were last derived into the same folder, and what was told of
 * the others. INVARIANT: what is kept is, byte for byte, what deriving again would write, but for how much the ledger of its review counts.
 */
import { resolve } from 'node:path'
import { z } from 'zod'
import { digest } from '../../../core/model/digest.ts'
import { type Workload, workloadKey } from '../../../core/model/workload.ts'
import { FOLDING } from '../../../core/pipeline.ts'
import { workloadFolder } from '../../../io/output/folder-name.ts'
import { treeDigest } from '../../../io/output/tree-digest.ts'
import { done, type Outcome } from '../../../io/problem.ts'
import { programDigest } from '../../../io/program-digest.ts'
import type { Derivation, EvidenceStore, Reading } from '../../../io/store/evidence-store.ts'
import type { Io } from '../io.ts'
import { type DeriveAll, deriveAll } from './derive-all.ts'
import { countsText, type Derived } from './derive-one.ts'

const TOLD = z.looseObject({ permissions: z.number(), withheld: z.number() })

/** Digests of all that a policy and its artifacts follow from; none where that cannot be told. */
const origins = async (
  reading: Reading,
  workloads: readonly Workload[],
  { decisions, marking, options }: DeriveAll,
): Promise<ReadonlyMap<string, string>> => {
  const program = await programDigest()
  const given = digest({ program, decisions, out: options.out, whatIf: options.whatIf })
  return new Map(
    workloads.flatMap(workload => {
      const evidence = reading.evidenceOf(workload)
      // Whether anything answers to a mark is only known once it was looked for.
      const isMarked = marking !== null && FOLDING.marksOf(marking.marks, workloadKey(workload)).length > 0
      return evidence === null || isMarked ? [] : [[workloadKey(workload), digest({ given, evidence })] as const]
    }),
  )
}

const toldOf = ({ json, files }: Derived, from: string): Derivation | null =>
  files === null ? null : { from, files, told: JSON.stringify(json) }

const readTold = (told: string): unknown => {
  try {
    return JSON.parse(told)
  } catch {
    return null
  }
}

/** Null: what was told of it is not what this program tells. */
const keptOf = (workload: string, { files, told }: Derivation): Derived | null => {
  const { data: json } = TOLD.safeParse(readTold(told))
  if (json === undefined) return null
  return {
    workload,
    text: `${countsText(workload, json.permissions, json.withheld)}; unchanged\n`,
    json: { ...json, unchanged: true },
    files,
  }
}

/** `isAnew`: whether all are derived, changed or not. Errors: those of writing; rejects as the store does. */
export const deriveChanged = async (
  store: EvidenceStore,
  reading: Reading,
  workloads: readonly Workload[],
  how: DeriveAll,
  isAnew: boolean,
  io: Io,
): Promise<Outcome<readonly Derived[]>> => {
  const { out } = how.options
  const place = resolve(out)
  const from = await origins(reading, workloads, how)
  const known = isAnew ? new Map<string, Derivation>() : await store.derivations(place)
  const kept = new Map<string, Derived>()
  for (const workload of workloads) {
    const key = workloadKey(workload)
    const before = known.get(key)
    if (before === undefined || before.from !== from.get(key)) continue
    const isThere = (await treeDigest(resolve(place, ...workloadFolder(workload)))) === before.files
    const own = isThere ? keptOf(key, before) : null
    if (own !== null) kept.set(key, own)
  }
  const changed = workloads.filter(workload => !kept.has(workloadKey(workload)))
  const derived = await deriveAll(reading, changed, how, io)
  if (!derived.ok) return derived
  const all = new Map([...kept, ...derived.value.map(each => [each.workload, each] as const)])
  const made = derived.value.flatMap(each => {
    const told = toldOf(each, from.get(each.workload) ?? '')
    return told === null || !from.has(each.workload) ? [] : [[each.workload, told] as const]
  })
  if (made.length > 0) await store.derived(place, new Map(made))
  return done(workloads.flatMap(workload => all.get(workloadKey(workload)) ?? []))
}
