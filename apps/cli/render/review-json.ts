/** Derived policy + artifacts + ledger → `review.json`: what `review.md` says, whole and for machines. Nothing is cut but single values. */
import type { Artifact } from '../../../core/model/encoder.ts'
import type { Ledger } from '../../../core/model/ledger.ts'
import type { DerivedPolicy, Permission, WithheldClass } from '../../../core/model/policy.ts'
import { workloadKey } from '../../../core/model/workload.ts'
import { describeConstraint } from '../../../core/policy/describe-constraint.ts'
import { READINESS, readinessOf } from './readiness.ts'
import { WITHHELD_CLASSES } from './sentences.ts'
import { shownValue } from './shown-value.ts'
import { TO_DECIDE, toDecide, unbounded } from './to-decide.ts'

const REVIEW_FORMAT = 'ambit.review/v1'

const permissionJson = ({ id, access, argumentsSeen, dimensions, others, evidence }: Permission) => ({
  id,
  access,
  argumentsSeen,
  evidence,
  dimensions: dimensions.map(one => ({
    dimension: one.dimension,
    type: one.type,
    role: one.role,
    rule: one.rule,
    allow: describeConstraint(one.allow),
    review: one.review === null ? null : describeConstraint(one.review),
    absent: one.absent,
    context: one.context,
    latitude: one.latitude,
    openness: one.openness,
    considered: one.trace.considered,
    evidence: one.evidence,
  })),
  others: {
    allow: describeConstraint(others.allow),
    review: others.review === null ? null : describeConstraint(others.review),
  },
})

const classes = Object.keys(WITHHELD_CLASSES) as WithheldClass[] // The keys of a literal are exactly its classes.

/** The document; `ambit.review/v1`. Values of a secret type are masked. */
export const reviewJson = (
  policy: DerivedPolicy,
  artifacts: readonly Artifact[],
  ledger: Ledger,
  /** Sessions that were told from pauses between calls alone. */
  inferred = 0,
) => {
  const readiness = readinessOf(policy)
  return {
    format: REVIEW_FORMAT,
    workload: workloadKey(policy.workload),
    policy: { format: policy.format, digest: policy.digest, notAfter: policy.validity.notAfter },
    readiness: { code: readiness, sentence: READINESS[readiness] },
    decisions: policy.decisions,
    expected: policy.expected,
    overGrant: policy.overGrant,
    coverage: policy.coverage,
    ...(inferred === 0 ? {} : { inferredSessions: inferred }),
    bounds: policy.bounds,
    unbounded: unbounded(policy),
    permissions: policy.permissions.map(permissionJson),
    envelopes: policy.envelopes,
    withheld: {
      total: policy.withheld.length,
      classes: Object.fromEntries(
        classes.map(one => [one, policy.withheld.filter(entry => entry.class === one).length]),
      ),
      entries: policy.withheld.map(entry => ({ ...entry, value: shownValue(policy, entry) })),
    },
    artifacts: artifacts.map(({ encoder, files, losses }) => ({
      encoder,
      files: files.map(({ name }) => name),
      losses,
    })),
    validity: policy.validity,
    blindTo: policy.blindTo,
    ledger,
    toDecide: toDecide(policy, artifacts).map(({ code, subjects }) => {
      const [question, action] = TO_DECIDE[code]
      return { code, question, action, subjects }
    }),
  }
}
