/**
 * Derived policy + artifacts + ledger → `review.md`: what a security engineer reads before signing, in five minutes. What matters
 * most comes first, every list is cut, and the rest is in `review.json`.
 */
import type { Artifact } from '../../../core/model/encoder.ts'
import type { Ledger } from '../../../core/model/ledger.ts'
import {
  type DerivedPolicy,
  type ExpectedRates,
  INCOMPLETE_CODES,
  type SubstrateCoverage,
} from '../../../core/model/policy.ts'
import type { WhatIf } from '../../../core/model/what-if.ts'
import { workloadKey } from '../../../core/model/workload.ts'
import { decisionsTable } from './decisions.ts'
import { ledgerSection } from './ledger.ts'
import { blocks, bullets, code, join, listed, type Markdown, md, NOTHING, numbered, prose, table } from './markdown.ts'
import { aboutWithin, count, day, many, percent, percentWithin } from './numbers.ts'
import { allowsNothing, READINESS, readinessOf } from './readiness.ts'
import { overGrantSection } from './review-over-grant.ts'
import { boundsInWords, contextSection, permissionsSection } from './review-permissions.ts'
import { blindSection, lossesSection, unobservedSection, withheldParts, withheldSection } from './review-rest.ts'
import { TO_DECIDE, type ToDecide, toDecide, unbounded } from './to-decide.ts'
import { usualSection } from './usual.ts'
import { whatIfSection } from './what-if.ts'

const SUBJECTS = 5
const CAUSES = 10

const span = (days: number): string =>
  days < 0.1 ? 'less than a tenth of a day' : many(Math.round(days * 10) / 10, 'day')

const verdict = (policy: DerivedPolicy, artifacts: readonly Artifact[], open: readonly ToDecide[]): Markdown => {
  const { coverage, validity, withheld, permissions } = policy
  const { window } = coverage
  const witnesses = Math.max(0, ...coverage.substrates.map(one => one.witnesses))
  const losses = artifacts.filter(({ files }) => files.length > 0).flatMap(artifact => artifact.losses)
  const [widening, narrowing] = [losses.filter(loss => loss.widens), losses.filter(loss => loss.narrows)]
  const accesses = (['destructive', 'write', 'read'] as const)
    .map(access => ({ access, number: permissions.filter(one => one.access.value === access).length }))
    .filter(({ number }) => number > 0)
    .map(({ access, number }) => `${count(number)} ${access}`)
  const idle = permissions.filter(allowsNothing).length
  const unboundedHere = unbounded(policy)
  const readiness = READINESS[readinessOf(policy)]
  return blocks([
    md`**${{ markdown: readiness.charAt(0).toUpperCase() + readiness.slice(1) }}.**`,
    bullets([
      permissions.length === 0
        ? md`**Bounds nothing.**`
        : md`**Bounds** ${prose(boundsInWords(policy))} (${prose(accesses.join(', '))})${idle > 0 ? md`, of which ${idle} allow nothing yet` : NOTHING}${
            unboundedHere.length > 0 ? md`; not ${listed(unboundedHere, 9)}, for want of evidence` : NOTHING
          }.`,
      md`**Evidence**: ${prose(many(witnesses, 'witness', 'witnesses'))} over ${prose(span(window.days))}, ${{ markdown: day(window.first) }} to ${{ markdown: day(window.last) }}${coverage.complete ? NOTHING : md`, **incomplete**`}.`,
      md`**Withheld**: ${withheld.length === 0 ? md`nothing` : prose(withheldParts(withheld).join(', '))}.`,
      md`**Artifacts**: ${
        artifacts.some(({ files }) => files.length > 0)
          ? join(artifacts.filter(({ files }) => files.length > 0).map(({ encoder }) => code(encoder)))
          : md`none written`
      }; losses: ${widening.length} allowing more than the policy, ${narrowing.length} denying more.`,
      md`**Valid** until ${{ markdown: day(validity.notAfter) }}; digest ${policy.digest}.`,
      md`**To decide**: ${prose(many(open.length, 'question'))}, at the end.`,
    ]),
  ])
}

const expectedSection = ({ expected }: DerivedPolicy): Markdown => {
  const row = (name: string, rates: ExpectedRates | null): readonly Markdown[] =>
    rates === null
      ? [prose(name), prose('too few to say'), NOTHING, NOTHING, NOTHING]
      : [
          prose(name),
          md`${rates.sessions} in ${rates.groups}`,
          prose(percent(rates.denied)),
          prose(percent(rates.reviewed)),
          md`${rates.prompts}`,
        ]
  return blocks([
    md`## If it were enforced`,
    table(
      ['Kind of task', 'Sessions in groups', 'Denied', 'Reviewed', 'Questions a session'],
      [row('seen in the window', expected.knownTasks), row('new', expected.newTasks)],
    ),
    md`Every session judged by a policy derived without its group: itself, or all that ask for alike things. Denied: at least one call is. Reviewed: a person is asked, and nothing is denied.`,
  ])
}

/** Coverage-stop as a verdict, with both numbers and the way there. */
const stopLine = (one: SubstrateCoverage): Markdown => {
  const unseen = one.unseenMass === null ? 'an unknown share' : percent(one.unseenMass)
  const numbers = `${unseen} unseen (under 5% asked), ${count(one.newPerDay)} new on the last day (under 1 asked)`
  if (one.stop) return md`${code(one.substrate)}: **watched long enough**: ${prose(numbers)}`
  const more =
    one.toStop === null
      ? 'how much longer cannot be said from this window'
      : `at least ${many(one.toStop.witnesses, 'more witness', 'more witnesses')} at this rate, ${many(Math.ceil(one.toStop.days), 'day')}`
  return md`${code(one.substrate)}: **watch on**: ${prose(numbers)}; ${prose(more)}`
}

/** On what was taken for a session rests how many witnesses there are. */
const inferredNote = (inferred: number): Markdown =>
  inferred === 0
    ? NOTHING
    : md`**${prose(many(inferred, 'session'))} told from pauses between tool calls alone**: the calls name no conversation, trace or session, and each counts as a witness all the same. Have the agent record one.`

const coverageSection = ({ coverage }: DerivedPolicy, inferred: number): Markdown => {
  const rows = coverage.substrates.map(one => [
    code(one.substrate),
    md`${one.witnesses}`,
    md`${one.surfaces}`,
    md`${one.values}`,
    prose(percentWithin(one.unseenMass, one.unseenInterval)),
    prose(percentWithin(one.clusterUnseenMass, one.clusterUnseenInterval)),
    prose(aboutWithin(one.unseenCount, one.unseenCountInterval)),
    prose(aboutWithin(one.clusterUnseenCount, one.clusterUnseenCountInterval)),
    md`${one.newPerDay}`,
    one.stop ? md`yes` : md`**no**`,
  ])
  return blocks([
    md`## Coverage`,
    rows.length === 0
      ? md`No evidence.`
      : table(
          [
            'Substrate',
            'Witnesses',
            'Surfaces',
            'Values',
            'Unseen',
            'Unseen, new kind of task',
            'At least to come',
            'By kinds of task',
            'New on the last day',
            'Stop',
          ],
          rows,
        ),
    md`Unseen: the estimated chance that the next witness shows something new, if it is like those of the window; beside it the same for a witness of a kind that the window does not hold. To come: how many surfaces and values are still unseen, at least; counted by witnesses, and by kinds of task. In brackets, what each may be with 95% confidence. Stop: the first is under 5%, and nothing new came on the last day.`,
    bullets(coverage.substrates.map(stopLine)),
    inferredNote(inferred),
    coverage.complete ? md`The evidence is complete: no loss is known.` : md`**The evidence is not complete:**`,
    bullets([
      ...coverage.incomplete
        .slice(0, CAUSES)
        .map(({ code: cause, detail }) => md`${prose(INCOMPLETE_CODES[cause])}: ${prose(detail)}`),
      ...(coverage.incomplete.length > CAUSES
        ? [md`and ${coverage.incomplete.length - CAUSES} more (see \`review.json\`)`]
        : []),
    ]),
  ])
}

const validitySection = ({ validity }: DerivedPolicy): Markdown => {
  const line = (name: string, values: readonly string[]): Markdown =>
    values.length === 0 ? md`${{ markdown: name }}: *unknown*` : md`${{ markdown: name }}: ${listed(values, 4)}`
  return blocks([
    md`## What the policy is bound to`,
    bullets([
      line('Models', validity.models),
      line('Prompts', validity.prompts),
      line('Tool catalogs', validity.catalogs),
      line('Images', validity.images),
      line('Identities', validity.identities),
      md`Revisions: ${validity.revisions.length}`,
    ]),
  ])
}

const question = ({ code: name, subjects }: ToDecide): Markdown => {
  const [asked, action] = TO_DECIDE[name]
  const shown = subjects.slice(0, SUBJECTS).map(({ names, note }) => {
    const parts = [...names.map(one => code(one, 60)), ...(note === '' ? [] : [md`(${prose(note)})`])]
    return join(names.length === 0 ? [prose(note)] : parts, ' ')
  })
  const hidden = subjects.length - shown.length
  const list = join(
    shown.filter(({ markdown }) => markdown !== ''),
    '; ',
  )
  const rest = hidden > 0 ? md`; and ${hidden} more (see \`review.json\`)` : NOTHING
  const about = list.markdown === '' ? NOTHING : md` ${list}${rest}.`
  return md`**${{ markdown: asked.charAt(0).toUpperCase() + asked.slice(1) }}**${about} → ${{ markdown: action }}.`
}

/** What `auto` came to, and how. */
const arithmetic = ({ thresholds }: DerivedPolicy): readonly Markdown[] =>
  thresholds.arithmetic === null
    ? []
    : [
        md`\`auto\` is here: more than ${thresholds.moreThan} times, by more than ${thresholds.witnesses} witnesses. ${prose(thresholds.arithmetic)}.`,
      ]

/** What was asked beside the policy itself: what other decisions would give, and whether a picture of it is written. */
export interface AskedWhatIf {
  readonly rows: WhatIf
  readonly hasPicture: boolean
}

/** Ends with a line feed. The same input gives the same bytes. */
export const renderReview = (
  policy: DerivedPolicy,
  artifacts: readonly Artifact[],
  ledger: Ledger,
  whatIf: AskedWhatIf | null = null,
  /** Sessions that were told from pauses between calls alone. */
  inferred = 0,
): string => {
  const open = toDecide(policy, artifacts)
  const report = blocks([
    md`# Policy review: ${workloadKey(policy.workload)}`,
    verdict(policy, artifacts, open),
    md`## The four decisions`,
    decisionsTable(policy.decisions),
    ...arithmetic(policy),
    coverageSection(policy, inferred),
    expectedSection(policy),
    overGrantSection(policy),
    whatIf === null ? NOTHING : whatIfSection(whatIf.rows, whatIf.hasPicture),
    permissionsSection(policy),
    contextSection(policy),
    usualSection(policy),
    unobservedSection(policy),
    withheldSection(policy),
    lossesSection(artifacts),
    validitySection(policy),
    blindSection(policy),
    ledgerSection(ledger),
    md`## What to decide`,
    open.length === 0 ? md`Nothing.` : numbered(open.map(question)),
  ])
  return `${report.markdown}\n`
}
