/**
 * P3 and P5: one decision of the compiled policy, with the arguments and the contexts of recorded sessions, at growing numbers of
 * permissions; beside it the reference, and the Cedar engine with the same policy as Ambit encodes it, parsed beforehand.
 */
import type { Context } from '../core/model/context.ts'
import type { ActionRequest } from '../core/model/request.ts'
import type { Verdict } from '../core/model/verdict.ts'
import { compile, ENCODERS } from '../core/pipeline.ts'
import { evaluate } from '../core/policy/evaluate.ts'
import { cedarAsker } from '../io/oracle/cedar.ts'
import { type Recorded, recordedOf } from './decide/recorded.ts'
import { type Sized, sized } from './decide/sized.ts'
import { type Stepped, stepped } from './decide/stepped.ts'
import { exponent, type Timing, timed } from './decide/timing.ts'
import type { Suite } from './quality/sessions.ts'
import type { Report } from './report.ts'
import { table } from './table.ts'

export interface DecideOptions {
  readonly data: string
  readonly suites: readonly Suite[]
  readonly permissions: readonly number[]
}

interface Cedar {
  /** Both policy sets, as far as a verdict needs them. */
  readonly verdict: Timing
  /** The first set alone: the least that an answer costs. */
  readonly allowed: Timing
  /** Share of these calls on which it says the same: it sees no session. */
  readonly agrees: number
}

interface Row {
  readonly permissions: number
  readonly compileMilliseconds: number
  readonly shares: Readonly<Record<Verdict, number>>
  readonly ambit: Timing
  readonly byVerdict: Readonly<Record<Verdict, Timing | null>>
  readonly reference: Timing
  readonly cedar: Cedar | null
}

const VERDICTS: readonly Verdict[] = ['allow', 'review', 'deny']

interface Text {
  readonly text: string
  readonly context: Context
}

/** As a gateway gets it: read from JSON, its texts seen for the first time. */
const fresh = ({ text, context }: Text): { readonly request: ActionRequest; readonly context: Context } => ({
  request: JSON.parse(text),
  context,
})

/** Engine calls that are worth the wait; the calls lie in no order, so that the first are as good as any. */
const cedarCalls = (permissions: number): number => Math.max(100, Math.min(2_000, Math.floor(200_000 / permissions)))

const measureCedar = async ({ policy, made }: Sized, permissions: number): Promise<Cedar | null> => {
  const encoder = ENCODERS.find(({ id }) => id === 'cedar')
  const asker = encoder === undefined ? null : await cedarAsker(encoder.encode(policy))
  if (asker === null) return null
  const decide = compile(policy)
  const some = made.slice(0, cedarCalls(permissions)).flatMap(({ request, context }) => {
    const ask = asker(request)
    return ask === null ? [] : [{ ask, verdict: decide(request, context).verdict }]
  })
  const same = some.filter(({ ask, verdict }) => ask.verdict() === verdict).length
  return {
    verdict: timed(
      some,
      ({ ask }) => ask,
      ask => ask.verdict(),
    ),
    allowed: timed(
      some,
      ({ ask }) => ask,
      ask => ask.isAllowed(),
    ),
    agrees: same / some.length,
  }
}

const measureSize = async (recorded: Recorded, permissions: number): Promise<Row> => {
  const asked = sized(recorded, permissions)
  const decide = compile(asked.policy)
  // Once more, as a running gateway does when its policy is replaced.
  const start = performance.now()
  compile(asked.policy)
  const compileMilliseconds = performance.now() - start
  const entries = asked.made.map(({ request, context }) => ({
    text: JSON.stringify(request),
    context,
    verdict: decide(request, context).verdict,
  }))
  const of = (verdict: Verdict) => entries.filter(entry => entry.verdict === verdict)
  const run = (list: readonly Text[]): Timing => timed(list, fresh, ({ request, context }) => decide(request, context))
  const ambit = run(entries)
  const each = (verdict: Verdict): Timing | null => (of(verdict).length === 0 ? null : run(of(verdict)))
  return {
    permissions,
    compileMilliseconds,
    shares: {
      allow: of('allow').length / entries.length,
      review: of('review').length / entries.length,
      deny: of('deny').length / entries.length,
    },
    ambit,
    byVerdict: { allow: each('allow'), review: each('review'), deny: each('deny') },
    reference: timed(entries.slice(0, 5_000), fresh, ({ request, context }) =>
      evaluate(asked.policy, request, context),
    ),
    cedar: await measureCedar(asked, permissions),
  }
}

const figure = (value: number | undefined | null, digits = 2): string =>
  value === undefined || value === null || Number.isNaN(value) ? '–' : value.toFixed(digits)
const percent = (share: number): string => (share * 100).toFixed(1)

const rowOf = ({ permissions, compileMilliseconds, shares, ambit, byVerdict, reference, cedar }: Row) => [
  String(permissions),
  VERDICTS.map(verdict => percent(shares[verdict])).join(' / '),
  figure(ambit.mean),
  figure(ambit.p99),
  VERDICTS.map(verdict => figure(byVerdict[verdict]?.mean)).join(' / '),
  String(Math.round(1_000_000 / ambit.mean)),
  figure(reference.mean),
  figure(cedar?.allowed.mean, 1),
  figure(cedar?.verdict.mean, 1),
  figure(cedar?.verdict.p99, 1),
  figure(cedar === null ? null : cedar.allowed.mean / ambit.mean, 0),
  figure(cedar === null ? null : cedar.verdict.mean / ambit.mean, 0),
  cedar === null ? '–' : percent(cedar.agrees),
  figure(compileMilliseconds, 1),
]

const HEADING = [
  'permissions',
  'allow / review / deny %',
  'mean µs',
  'p99 µs',
  'mean by verdict µs',
  'decisions/s',
  'reference µs',
  'Cedar, allowed? µs',
  'Cedar, verdict µs',
  'p99 µs',
  '× allowed?',
  '× verdict',
  'same verdict %',
  'compile ms',
]

const NOTES = [
  'Calls and contexts of recorded sessions, judged by a policy derived from sessions of other tasks; surfaces are repeated under',
  'other names to get the number of permissions. One core; each call is parsed from JSON anew, outside of the time. Mean: processor',
  'time, the best of 9 passes; p99: single calls by the clock, which counts whoever else is on the machine. Cedar: the same policy',
  'as encoded, parsed beforehand, questions written beforehand, requests not validated; its figures include the way into WebAssembly',
  'and back. It sees no session, so it does less. Growth is between the numbers of permissions from ten on.',
].join('\n')

const steppedText = ({ perKilobyte, perResult, kilobytes, results }: Stepped): string =>
  `Context: ${figure(perKilobyte)} µs per KB of request and result, ${figure(perResult)} µs per result (${results} results, ${Math.round(kilobytes)} KB)`

export const decide = async ({ data, suites, permissions }: DecideOptions): Promise<Report> => {
  const recorded = recordedOf(data, suites)
  const rows: Row[] = []
  for (const size of permissions) rows.push(await measureSize(recorded, size))
  const context = stepped(recorded.sessions)
  // Other calls come with another permission alone than with all of them: that row is no point of the same line.
  const line = rows.filter(row => row.permissions >= 10)
  const growth = {
    ambit: exponent(line.map(row => [row.permissions, row.ambit.mean])),
    cedar: exponent(line.flatMap(row => (row.cedar === null ? [] : [[row.permissions, row.cedar.verdict.mean]]))),
  }
  const growthText = `Growth with permissions (exponent, from ${line[0]?.permissions ?? '–'}): ${figure(growth.ambit)}; Cedar ${figure(growth.cedar)}`
  return {
    text: [table(HEADING, rows.map(rowOf)), steppedText(context), growthText, NOTES].join('\n\n'),
    json: { rows, context, growth },
  }
}
