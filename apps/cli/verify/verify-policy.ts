/** One policy, the artifacts beside it and the evidence of its workload → the rows of the matrix. */
import { dirname } from 'node:path'
import type { Artifact, ArtifactFile } from '../../../core/model/encoder.ts'
import type { DerivedPolicy } from '../../../core/model/policy.ts'
import { workloadKey } from '../../../core/model/workload.ts'
import type { WorkloadEvidence } from '../../../core/model/workload-evidence.ts'
import { ENCODERS, encodeAll } from '../../../core/pipeline.ts'
import type { Oracle } from '../../../io/oracle/oracle.ts'
import { LOSSES_FILE, readArtifacts } from '../../../io/output/read-artifacts.ts'
import { artifactFiles } from '../../../io/output/write-workload.ts'
import type { LoadedPolicy } from '../../../io/policy-file/load-policies.ts'
import type { VerifyRow } from '../render/verify.ts'
import { checkArtifact, checkPolicy } from './check-laws.ts'
import { type Question, questionsOf } from './questions.ts'

type Found = ReadonlyMap<string, readonly ArtifactFile[]>

const contents = (files: readonly ArtifactFile[]): string =>
  JSON.stringify(files.map(({ name, content }) => [name, content]).sort(([a = ''], [b = '']) => (a < b ? -1 : 1)))

/** A claim about files as such, not about what they say of requests. */
const claim = (
  place: Pick<VerifyRow, 'workload' | 'artifact' | 'law' | 'oracle'>,
  files: number,
  problems: readonly string[],
): VerifyRow => ({
  ...place,
  requests: Math.max(1, files),
  agree: problems.length === 0 ? Math.max(1, files) : 0,
  narrowedAsDeclared: 0,
  widenedAsDeclared: 0,
  violations: problems.length,
  note: problems[0] ?? null,
})

/** Whether the files are what the policy encodes to: a sample of requests cannot prove a changed artifact harmless. */
const checkBytes = (workload: string, found: Found, expected: readonly Artifact[]): readonly VerifyRow[] => {
  const known = new Set(expected.map(({ encoder }) => encoder))
  const row = (artifact: string, files: number, problem: string | null): VerifyRow =>
    claim({ workload, artifact, law: 'as-derived', oracle: 'encoder' }, files, problem === null ? [] : [problem])
  return [
    ...expected.flatMap(artifact => {
      const files = found.get(artifact.encoder)
      if (files === undefined) return [row(artifact.encoder, 0, 'the artifact is not there')]
      const isSame = contents(files) === contents(artifactFiles(artifact))
      if (!isSame) return [row(artifact.encoder, files.length, 'the files are not what the policy encodes to')]
      return artifact.files.length === 0 ? [] : [row(artifact.encoder, files.length, null)]
    }),
    ...[...found].flatMap(([encoder, files]) =>
      known.has(encoder) ? [] : [row(encoder, files.length, 'the policy has no such artifact')],
    ),
  ]
}

const checkOne = async (
  policy: DerivedPolicy,
  artifact: Artifact,
  questions: readonly Question[],
  oracles: readonly Oracle[],
): Promise<readonly VerifyRow[]> => {
  const encoder = ENCODERS.find(({ id }) => id === artifact.encoder)
  if (encoder === undefined || artifact.files.length === 0) return []
  const own = questions.filter(({ request }) => encoder.substrates.includes(request.substrate))
  const read = own.map(({ request, context }) => encoder.decide(artifact, request, context))
  const rows: VerifyRow[] = [...checkArtifact(policy, artifact, 'own reader', own, read)]
  for (const oracle of oracles.filter(({ encoders }) => encoders.includes(encoder.id))) {
    const { verdicts, problems } = await oracle.check(artifact, own)
    const place = {
      workload: workloadKey(policy.workload),
      artifact: encoder.id,
      law: 'well-formed',
      oracle: oracle.id,
    }
    rows.push(claim(place, artifact.files.length, problems))
    rows.push(...checkArtifact(policy, artifact, oracle.id, own, verdicts))
  }
  return rows
}

/** What lies on the disk is judged, with the losses that the policy declares: a loss report does not excuse itself. */
export const verifyPolicy = async (
  { file, policy }: LoadedPolicy,
  evidence: WorkloadEvidence,
  oracles: readonly Oracle[],
): Promise<readonly VerifyRow[]> => {
  const questions = questionsOf(policy, evidence)
  const found = await readArtifacts(dirname(file))
  const expected = policy.permissions.length === 0 ? [] : encodeAll(policy)
  const rows: VerifyRow[] = [
    checkPolicy(policy, questions),
    ...checkBytes(workloadKey(policy.workload), found, expected),
  ]
  for (const { encoder, losses } of expected) {
    const files = (found.get(encoder) ?? []).filter(({ name }) => name !== LOSSES_FILE)
    rows.push(...(await checkOne(policy, { encoder, losses, files }, questions, oracles)))
  }
  return rows
}
