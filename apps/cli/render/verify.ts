/** The verify matrix → an aligned table: artifact × law × oracle, with counts; what fails stands out without color too. */
import { count, many } from './numbers.ts'
import { columns, type Palette, PLAIN, wrap } from './terminal.ts'
import { visible } from './visible.ts'

/** One artifact held to one law, as one oracle reads it. */
export interface VerifyRow {
  /** `namespace/name`. */
  readonly workload: string
  /** Encoder id, or `policy` for the reference semantics. */
  readonly artifact: string
  /** What is claimed, e.g. `replay`. */
  readonly law: string
  /** Whose reading it is: an engine, the kernel, a schema, the encoder's own reader. */
  readonly oracle: string
  readonly requests: number
  readonly agree: number
  /** Disagreements that the loss report owns up to. */
  readonly narrowedAsDeclared: number
  readonly widenedAsDeclared: number
  /** Disagreements that nothing excuses: the artifact is wrong. */
  readonly violations: number
  /** The first violation, or why the oracle could not be asked; null: nothing to say. */
  readonly note: string | null
}

const HEAD = ['', 'artifact', 'law', 'oracle', 'requests', 'agree', 'narrowed', 'widened', 'violations']

/** `FAIL`: a violation. `none`: nothing was asked, which proves nothing. */
const markOf = ({ violations, requests }: VerifyRow): 'FAIL' | 'none' | 'ok' =>
  violations > 0 ? 'FAIL' : requests === 0 ? 'none' : 'ok'

/** Several lines, each ended: a table per workload, notes under it, and a sum. */
export const renderVerify = (rows: readonly VerifyRow[], palette: Palette = PLAIN): string => {
  const color = { FAIL: palette.bad, none: palette.warn, ok: palette.good } as const
  const workloads = [...new Set(rows.map(({ workload }) => workload))]
  const tables = workloads.flatMap(workload => {
    const own = rows.filter(row => row.workload === workload)
    const [head = '', ...lines] = columns(
      HEAD,
      own.map(row => [
        markOf(row),
        visible(row.artifact, 40),
        visible(row.law, 40),
        visible(row.oracle, 40),
        ...[row.requests, row.agree, row.narrowedAsDeclared, row.widenedAsDeclared, row.violations].map(count),
      ]),
    )
    const notes = own.flatMap(({ artifact, law, note }) =>
      note === null ? [] : [wrap(`  ${visible(artifact, 40)}, ${visible(law, 40)}: ${visible(note, 400)}`, '    ')],
    )
    const marked = lines.map((line, at) => {
      const row = own[at]
      const mark = row === undefined ? 'ok' : markOf(row)
      return color[mark](line.slice(0, mark.length)) + line.slice(mark.length)
    })
    return [palette.strong(visible(workload, 200)), palette.faint(head), ...marked, ...notes, '']
  })
  const failed = rows.filter(({ violations }) => violations > 0).length
  const silent = rows.filter(({ requests }) => requests === 0).length
  const unasked = silent > 0 ? `; ${palette.warn(`${many(silent, 'claim')} not put to the test`)}` : ''
  if (silent === rows.length) {
    const why = rows.length === 0 ? '' : `: ${many(rows.length, 'claim')}, and nothing that the evidence could ask`
    return `${[...tables, palette.warn(`nothing to verify${why}`)].join('\n')}\n`
  }
  const sum =
    failed > 0
      ? palette.bad(`${count(failed)} of ${many(rows.length, 'claim')} violated`)
      : palette.good(`${count(rows.length - silent)} of ${many(rows.length, 'claim')} hold`)
  return `${[...tables, `${sum}${unasked}`].join('\n')}\n`
}
