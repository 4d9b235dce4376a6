/** IAM permissions → an AWS permissions boundary, with a list of the egress that its calls need. */
import type { Artifact, Encoder, Loss } from '../model/encoder.ts'
import type { DerivedPolicy } from '../model/policy.ts'
import { EGRESS_FORMAT, egressLosses, neededHosts } from './iam-egress.ts'
import { expressGrant, grantsOf } from './iam-grants.ts'
import { isWithin, readBoundary } from './iam-reader.ts'
import { fitBoundary } from './iam-size.ts'
import { readOnce } from './read-once.ts'
import { usualLosses } from './usual-losses.ts'

const FILE = 'iam-boundary.json'

const ofArtifact = (code: Loss['code'], detail: string): Loss => ({
  code,
  permission: null,
  dimension: null,
  widens: false,
  narrows: false,
  detail,
})

const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`

const encode = (policy: DerivedPolicy): Artifact => {
  const { grants, losses } = grantsOf(policy)
  const fitted = fitBoundary(grants)
  const lost = [...losses, ...fitted.losses]
  if (!policy.bounds.includes('iam') || fitted.grants.length === 0) {
    const why = policy.bounds.includes('iam')
      ? 'none of the permissions can be written, and an empty boundary would deny everything'
      : 'the policy does not bound cloud API calls'
    return { encoder: 'iam-boundary', files: [], losses: [...lost, ofArtifact('not-written', why)] }
  }
  const hosts = neededHosts(policy, fitted.grants)
  const envelopes = policy.envelopes.filter(({ substrate }) => substrate === 'iam')
  return {
    encoder: 'iam-boundary',
    files: [
      { name: 'egress-needed.json', content: json({ format: EGRESS_FORMAT, hosts }) },
      { name: FILE, content: json(fitted.boundary) },
    ],
    losses: [
      ...lost,
      ...(envelopes.length > 0
        ? [
            ofArtifact(
              'review-as-deny',
              'actions that no one has seen and a person would decide about are denied there',
            ),
          ]
        : []),
      ...egressLosses(hosts),
      ...usualLosses(policy, ['iam']),
    ],
  }
}

const boundaryOf = readOnce(artifact => readBoundary(artifact.files.find(({ name }) => name === FILE)?.content ?? ''))

const decide: Encoder['decide'] = (artifact, request) => {
  if (artifact.files.length === 0 || request.substrate !== 'iam') return null
  // IAM always sees a call's resource and region: a request without them says nothing of what it would answer.
  if (request.visibility !== 'seen') return null
  const boundary = boundaryOf(artifact)
  return boundary !== null && isWithin(boundary, request) ? 'allow' : 'deny'
}

export const iamBoundaryEncoder: Encoder = {
  id: 'iam-boundary',
  summary: 'AWS IAM permissions boundary, with the egress that its calls need',
  substrates: ['iam'],
  express: expressGrant,
  encode,
  decide,
}
