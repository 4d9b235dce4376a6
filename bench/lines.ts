/**
 * The whole line on recorded evidence: `ambit derive` and `ambit verify` over every deployment, with what came of it. Run as
 * separate processes of the built command line, so that time and memory are what a user sees.
 */
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { type Line, linesOf } from './lines/evidence.ts'
import { type Run, runAmbit } from './lines/run-ambit.ts'
import type { Report } from './report.ts'
import { table } from './table.ts'

/** What `derive --format json` prints, as far as it is shown here. */
const SUMMARY = z.object({
  workloads: z.array(
    z.object({
      workload: z.string(),
      permissions: z.number(),
      withheld: z.number(),
      coverage: z.object({
        complete: z.boolean(),
        substrates: z.array(z.object({ substrate: z.string(), unseenMass: z.number().nullable() })),
      }),
      artifacts: z.array(z.object({ encoder: z.string(), files: z.array(z.string()), losses: z.number() })),
    }),
  ),
  ledger: z.array(
    z.object({
      source: z.string(),
      received: z.number(),
      accepted: z.number(),
      duplicate: z.number(),
      rejected: z.record(z.string(), z.number()),
    }),
  ),
})
type Summary = z.infer<typeof SUMMARY>

interface Measured {
  readonly line: string
  readonly derive: Run
  readonly verify: Run
  /** Null where nothing was derived; `derive.stderr` says why. */
  readonly summary: Summary | null
}

const measureLine = async ({ name, evidence, decisions }: Line, out: string): Promise<Measured> => {
  const folder = join(out, name.replaceAll(' ', '-'))
  // What an earlier build wrote here is another run's policy.
  rmSync(folder, { recursive: true, force: true })
  const chosen = decisions === null ? [] : ['--decisions', decisions]
  const derive = await runAmbit(['derive', '--evidence', evidence, ...chosen, '--out', folder, '--format', 'json'])
  const verify = await runAmbit(['verify', folder, '--evidence', evidence])
  return { line: name, derive, verify, summary: derive.code === 0 ? SUMMARY.parse(JSON.parse(derive.stdout)) : null }
}

const sum = <T>(list: readonly T[], part: (entry: T) => number): number =>
  list.reduce((all, entry) => all + part(entry), 0)

const unseen = ({ workloads }: Summary): string => {
  const masses = workloads.flatMap(({ coverage }) => coverage.substrates.flatMap(entry => entry.unseenMass ?? []))
  if (masses.length === 0) return '–'
  const [low, high] = [Math.min(...masses), Math.max(...masses)].map(mass => (mass * 100).toFixed(1))
  return low === high ? `${low} %` : `${low}–${high} %`
}

const row = ({ line, derive, verify, summary }: Measured): readonly string[] => {
  const time = ({ seconds, peakMegabytes }: Run) => [seconds.toFixed(2), peakMegabytes?.toFixed(0) ?? '–']
  const verified = `${verify.code === 0 ? 'yes' : `no (exit ${verify.code})`}`
  if (summary === null)
    return [line, `exit ${derive.code}`, '', '', '', '', '', '', '', ...time(derive), verified, ...time(verify)]
  const { workloads, ledger } = summary
  const artifacts = workloads.flatMap(workload => workload.artifacts)
  return [
    line,
    String(workloads.length),
    String(sum(ledger, entry => entry.received)),
    String(sum(ledger, entry => entry.accepted)),
    String(sum(workloads, entry => entry.permissions)),
    String(sum(workloads, entry => entry.withheld)),
    `${unseen(summary)}${workloads.every(({ coverage }) => coverage.complete) ? '' : ', incomplete'}`,
    String(artifacts.filter(({ files }) => files.length > 0).length),
    String(sum(artifacts, entry => entry.losses)),
    ...time(derive),
    verified,
    ...time(verify),
  ]
}

const HEADING = [
  'evidence',
  'workloads',
  'received',
  'accepted',
  'permissions',
  'withheld',
  'unseen',
  'artifacts',
  'losses',
  'derive s',
  'MB',
  'verified',
  'verify s',
  'MB',
]

export const lines = async ({ data, out }: { readonly data: string; readonly out: string }): Promise<Report> => {
  const measured: Measured[] = []
  // One after the other: two at once would measure each other.
  for (const line of linesOf(data, out)) measured.push(await measureLine(line, out))
  return {
    text: table(HEADING, measured.map(row)),
    json: {
      lines: measured.map(({ line, derive, verify, summary }) => ({
        line,
        derive: { code: derive.code, seconds: derive.seconds, peakMegabytes: derive.peakMegabytes },
        verify: { code: verify.code, seconds: verify.seconds, peakMegabytes: verify.peakMegabytes },
        summary,
      })),
    },
  }
}
