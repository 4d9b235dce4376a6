/** Tool permissions → Cedar policies with their schema, for a gateway that authorizes tool calls. */
import type { Artifact, Encoder, Fidelity, Loss } from '../model/encoder.ts'
import type { DerivedPolicy, Permission, PermissionDimension } from '../model/policy.ts'
import type { Verdict } from '../model/verdict.ts'
import { planDimension } from './cedar-condition.ts'
import { lossesOfPlan, mappingOf, planActions, policyText, schemaText, withheldLosses } from './cedar-files.ts'
import { type CedarMapping, readCedarMapping, toCedarQuestions } from './cedar-mapping.ts'
import { type CedarPolicy, parseCedar } from './cedar-parse.ts'
import { permits } from './cedar-run.ts'
import { visibleJson } from './cedar-text.ts'
import { readOnce } from './read-once.ts'
import { usualLosses } from './usual-losses.ts'

const loss = (code: Loss['code'], narrows: boolean, detail: string): Loss => ({
  code,
  permission: null,
  dimension: null,
  widens: false,
  narrows,
  detail,
})

const encode = (policy: DerivedPolicy): Artifact => {
  const plan = planActions(policy)
  const bounded = policy.bounds.includes('tool') && plan.some(({ permission }) => permission !== null)
  if (!bounded)
    return { encoder: 'cedar', files: [], losses: [loss('not-written', false, 'the policy does not bound tool calls')] }
  const envelopes = policy.envelopes.filter(({ substrate }) => substrate === 'tool')
  return {
    encoder: 'cedar',
    files: [
      { name: 'mapping.json', content: `${visibleJson(mappingOf(policy, plan))}\n` },
      { name: 'policy.cedar', content: policyText(policy, plan, 'allow') },
      { name: 'review.cedar', content: policyText(policy, plan, 'review') },
      { name: 'schema.cedarschema', content: schemaText(plan) },
    ],
    losses: [
      ...lossesOfPlan(plan),
      ...withheldLosses(policy),
      ...usualLosses(policy, ['tool']),
      loss('review-as-deny', false, 'policy.cedar alone denies what is for review; review.cedar tells the two apart'),
      ...envelopes.map(({ statement, explained }) => ({
        ...loss(
          'review-as-deny',
          false,
          `a tool that no one has seen has no action in the schema, so it is denied: ${statement}`,
        ),
        narrows: explained !== null,
      })),
    ],
  }
}

const express = (permission: Permission, dimension: PermissionDimension): Fidelity => {
  const { losses, argument } = planDimension(permission, dimension, [])
  if (losses.length === 0) return 'exact'
  return argument.slots.length === 0 || losses.every(({ code }) => code === 'context-missing')
    ? 'inexpressible'
    : 'approximate'
}

interface Read {
  readonly mapping: CedarMapping
  readonly allow: readonly CedarPolicy[]
  readonly review: readonly CedarPolicy[]
}

const read = (artifact: Artifact): Read | null => {
  const text = (name: string): string => artifact.files.find(file => file.name === name)?.content ?? ''
  const mapping = readCedarMapping(text('mapping.json'))
  const allow = parseCedar(text('policy.cedar'))
  const review = parseCedar(text('review.cedar'))
  return mapping === null || allow === null || review === null ? null : { mapping, allow, review }
}

const filesOf = readOnce(read)

const decide: Encoder['decide'] = (artifact, request): Verdict | null => {
  if (artifact.files.length === 0 || request.substrate !== 'tool') return null
  const files = filesOf(artifact)
  if (files === null) return 'deny'
  const questions = toCedarQuestions(files.mapping, request)
  if ('refused' in questions) return 'deny'
  const allowed = (policies: readonly CedarPolicy[]): boolean =>
    questions.ask.every(question => permits(policies, question))
  return allowed(files.allow) ? 'allow' : allowed(files.review) ? 'review' : 'deny'
}

export const cedarEncoder: Encoder = {
  id: 'cedar',
  summary: 'Cedar policies and schema for a gateway that authorizes tool calls',
  substrates: ['tool'],
  express,
  encode,
  decide,
}
