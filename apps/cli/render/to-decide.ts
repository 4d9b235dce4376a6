/**
 * Policy and artifacts → what only a person can decide, most important first. Computed, so that the list is empty when there
 * is nothing to decide, and the same in every report.
 */
import type { Artifact } from '../../../core/model/encoder.ts'
import {
  type DerivedPolicy,
  INCOMPLETE_CODES,
  type Permission,
  type PermissionDimension,
} from '../../../core/model/policy.ts'
import { SUBSTRATES } from '../../../core/model/substrate.ts'
import { defaultedDecisions } from './decisions.ts'
import { count, many, percent } from './numbers.ts'
import { allowsNothing } from './readiness.ts'
import { ACCESS_ORDER, ROLES } from './sentences.ts'
import { split } from './session-part.ts'
import { shownValue } from './shown-value.ts'

/** Each code with the question it asks, and what to do about it. In order of importance. */
export const TO_DECIDE = {
  'no-evidence': ['collect more evidence?', 'nothing passed the threshold; lowering it would sign what was not seen'],
  'evidence-incomplete': ['close the gap in the evidence?', 'fix the cause, then derive again from a new window'],
  'coverage-open': ['watch for longer?', 'an enforcing policy would meet behavior that the window has not shown'],
  'destructive-allowed': [
    'may the agent destroy?',
    'keep only what its task needs; remove the rest from the evidence or mark it',
  ],
  'loss-widens': [
    'accept what an artifact lets through?',
    'it allows more than the policy; bound it elsewhere or leave it out',
  ],
  'arguments-unseen': ['bound by name only?', 'record tool arguments at the source, then derive again'],
  'guessed-access': [
    'does its name say what it does?',
    'if not, write `granularity.actions`: what counts as reading is hardly bounded',
  ],
  'guessed-sink': ['is this where things go?', 'if not, write its role in `closure.dimensions`'],
  'free-on-write': [
    'may this be anything?',
    'any value is allowed in a call that writes; write a role or a closure rule',
  ],
  'wide-value': ['allow more than was seen?', 'write `exact` in `closure.dimensions` where it should not vary'],
  'often-outside': [
    'be asked this often?',
    'values that the session gives lower it; else write a wider closure rule, or accept it',
  ],
  'near-threshold': [
    'is this needed?',
    'it fell just short of the threshold and will be asked about; watch for longer, or leave it',
  ],
  'loss-narrows': [
    'accept what an artifact refuses?',
    'it denies what the policy allows; do not enforce there before that is settled',
  ],
  'revisions-merged': [
    'one policy for all of them?',
    'write `validity.revisions: latest` to derive from the newest only',
  ],
  'validity-unbound': ['what ends this policy?', 'record it, or no change of it can make the policy fall'],
  defaulted: ['meant that way?', 'write what you mean into `ambit.yaml`; what nobody wrote is a default'],
} as const satisfies Readonly<Record<string, readonly [question: string, action: string]>>
export type ToDecideCode = keyof typeof TO_DECIDE

/** What the question is about: names and values are untrusted, `note` may quote them. */
export interface Subject {
  readonly names: readonly string[]
  readonly note: string
}

export interface ToDecide {
  readonly code: ToDecideCode
  readonly subjects: readonly Subject[]
}

type Finder = (policy: DerivedPolicy, artifacts: readonly Artifact[]) => readonly Subject[]

const about = (names: readonly string[], note = ''): Subject => ({ names, note })

const dimensions = (
  policy: DerivedPolicy,
  wanted: (dimension: PermissionDimension, permission: Permission) => string | null,
): readonly Subject[] =>
  policy.permissions.flatMap(permission =>
    permission.dimensions.flatMap(dimension => {
      const note = wanted(dimension, permission)
      return note === null ? [] : [about([permission.id, dimension.dimension], note)]
    }),
  )

const thresholdOf = ({ decisions, thresholds }: DerivedPolicy, substrate: Permission['substrate']) =>
  decisions.confidence.perSubstrate[substrate] ?? thresholds

/** One witness and half of the count short at most. */
const nearThreshold: Finder = policy =>
  policy.withheld
    .filter(({ substrate, evidence }) => {
      const gate = thresholdOf(policy, substrate)
      return evidence.witnesses >= gate.witnesses && evidence.count * 2 > gate.moreThan
    })
    .toSorted((a, b) => b.evidence.witnesses - a.evidence.witnesses || b.evidence.count - a.evidence.count)
    .map(entry => {
      const { substrate, action, dimension, evidence } = entry
      const names = [
        `${substrate}/${action}`,
        ...(dimension === null ? [] : [dimension]),
        ...(dimension === null || entry.value === null ? [] : [String(shownValue(policy, entry))]),
      ]
      return about(names, `${many(evidence.count, 'time')} by ${count(evidence.witnesses)}`)
    })

const byAccess = (a: Permission, b: Permission): number => ACCESS_ORDER[a.access.value] - ACCESS_ORDER[b.access.value]

const losses = (artifacts: readonly Artifact[], direction: 'widens' | 'narrows'): readonly Subject[] =>
  artifacts.flatMap(({ encoder, losses: all }) => {
    const found = all.filter(loss => loss[direction])
    const permissions = new Set(found.map(({ permission }) => permission).filter(one => one !== null))
    if (found.length === 0) return []
    return [
      about(
        [encoder],
        permissions.size === 0 ? many(found.length, 'loss', 'losses') : many(permissions.size, 'permission'),
      ),
    ]
  })

const FINDERS: Readonly<Record<ToDecideCode, Finder>> = {
  'no-evidence': ({ permissions }) => (permissions.every(allowsNothing) ? [about([])] : []),
  'evidence-incomplete': ({ coverage }) =>
    coverage.incomplete.map(({ code, detail }) => about([], `${INCOMPLETE_CODES[code]}: ${detail}`)),
  'coverage-open': ({ coverage, bounds }) =>
    coverage.substrates
      .filter(({ substrate, stop }) => bounds.includes(substrate) && !stop)
      .map(({ substrate, unseenMass, newPerDay }) =>
        about(
          [substrate],
          `${unseenMass === null ? 'unseen share unknown' : `${percent(unseenMass)} unseen`}, ${count(newPerDay)} new on the last day`,
        ),
      ),
  'destructive-allowed': ({ permissions }) =>
    permissions.filter(({ access }) => access.value === 'destructive').map(({ id }) => about([id])),
  'loss-widens': (_, artifacts) => losses(artifacts, 'widens'),
  'arguments-unseen': ({ permissions }) =>
    permissions.filter(({ argumentsSeen }) => !argumentsSeen).map(({ id }) => about([id])),
  'guessed-access': ({ permissions }) =>
    permissions
      .filter(({ substrate, access }) => substrate === 'tool' && access.by === 'name')
      .toSorted((a, b) => Number(a.access.value !== 'read') - Number(b.access.value !== 'read'))
      .map(({ id, access }) => about([id], access.value)),
  'guessed-sink': policy => dimensions(policy, ({ role }) => (role.value === 'sink' && role.by === 'name' ? '' : null)),
  'free-on-write': policy =>
    dimensions(policy, ({ allow, role }, { access, substrate }) =>
      allow.kind === 'any' && substrate === 'tool' && access.value !== 'read' && role.value !== 'free'
        ? ROLES[role.value]
        : null,
    ),
  'wide-value': policy =>
    dimensions(
      { ...policy, permissions: policy.permissions.toSorted(byAccess) },
      ({ role, rule, allow, latitude }, { access }) => {
        const matters = role.value === 'sink' || (role.value === 'selector' && access.value !== 'read')
        const widened = latitude.beyond === null ? rule !== 'exact' : latitude.beyond > 0
        const own = allow.kind === 'any' ? null : split(allow).fixed
        return matters && widened && own !== null && own.kind !== 'none' ? latitude.statement : null
      },
    ),
  'often-outside': policy =>
    dimensions(policy, ({ rule, trace, allow }) => {
      const miss = trace.considered.find(one => one.rule === rule)?.miss ?? null
      const asked = miss !== null && miss > policy.decisions.closure.missBudget.value && allow.kind !== 'any'
      return asked ? `${percent(miss)} of sessions` : null
    }),
  'near-threshold': nearThreshold,
  'loss-narrows': (_, artifacts) => losses(artifacts, 'narrows'),
  'revisions-merged': ({ validity, decisions }) =>
    validity.revisions.length > 1 && decisions.validity.revisions.value === 'merge'
      ? [about([], many(validity.revisions.length, 'revision'))]
      : [],
  'validity-unbound': ({ validity, permissions }) =>
    permissions.length === 0
      ? []
      : (['models', 'prompts', 'catalogs', 'images', 'identities'] as const)
          .filter(name => validity[name].length === 0)
          .map(name => about([], `${name} unknown`)),
  defaulted: ({ decisions }) => defaultedDecisions(decisions).map(name => about([name])),
}

const codes = Object.keys(TO_DECIDE) as ToDecideCode[] // The keys of a literal are exactly its codes.

export const toDecide = (policy: DerivedPolicy, artifacts: readonly Artifact[]): readonly ToDecide[] =>
  codes
    .map(code => ({ code, subjects: FINDERS[code](policy, artifacts) }))
    .filter(({ subjects }) => subjects.length > 0)

/** Substrates that someone wanted bounded and that no permission bounds. */
export const unbounded = ({ decisions, bounds }: DerivedPolicy): readonly string[] =>
  SUBSTRATES.filter(one => decisions.granularity.substrates.value.includes(one) && !bounds.includes(one))
