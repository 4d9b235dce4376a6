/** Text of `ambit.yaml` → decisions, each field with whether a person wrote it. */
import { DEFAULT_DECISIONS, type Decided, type Decisions } from '../../core/model/decisions.ts'
import { SUBSTRATES } from '../../core/model/substrate.ts'
import { SIGNAL_NAMES } from '../../core/model/usual.ts'
import { done, type Outcome } from '../problem.ts'
import { checkYaml } from '../yaml/check-yaml.ts'
import { readYaml } from '../yaml/read-yaml.ts'
import { type DecisionsText, decisionsSchema } from './decisions-schema.ts'

const MAX_CHARACTERS = 262_144

const decided = <T>(written: T | undefined, fallback: Decided<T>): Decided<T> =>
  written === undefined ? fallback : { value: written, by: 'written' }

const sorted = <T>(entries: readonly T[], key: (entry: T) => string): readonly T[] =>
  [...entries].sort((a, b) => (key(a) < key(b) ? -1 : 1))

/** Lists are put in order, so that two spellings of the same decisions give the same policy bytes. */
const decisionsOf = (text: DecisionsText): Decisions => {
  const { granularity, closure, confidence, validity } = DEFAULT_DECISIONS
  const written = text.granularity?.substrates
  const inOrder = written && SUBSTRATES.filter(substrate => written.includes(substrate))
  const signals = text.closure?.signals
  const dimensions = (text.closure?.dimensions ?? []).map(entry => ({
    action: entry.action ?? '*',
    dimension: entry.dimension,
    role: entry.role ?? null,
    closure: entry.closure ?? null,
  }))
  const identities = Object.entries(text.identities ?? {}).map(([arn, key]) => {
    const [namespace = '', name = ''] = key.split('/')
    return { arn, workload: { namespace, name } }
  })
  return {
    granularity: {
      substrates: decided(inOrder, granularity.substrates),
      actions: sorted(text.granularity?.actions ?? [], ({ substrate, action }) => `${substrate}/${action}`),
    },
    closure: {
      mode: decided(text.closure?.mode, closure.mode),
      perSubstrate: text.closure?.substrates ?? {},
      missBudget: decided(text.closure?.missBudget, closure.missBudget),
      sigma: decided(text.closure?.sigma, closure.sigma),
      signals: decided(signals && SIGNAL_NAMES.filter(signal => signals.includes(signal)), closure.signals),
      unobserved: decided(text.closure?.unobserved, closure.unobserved),
      fields: decided(text.closure?.fields, closure.fields),
      dimensions: sorted(dimensions, ({ action, dimension }) => `${action}\n${dimension}`),
    },
    confidence: {
      moreThan: decided(text.confidence?.moreThan, confidence.moreThan),
      witnesses: decided(text.confidence?.witnesses, confidence.witnesses),
      perWitness: decided(text.confidence?.perWitness, confidence.perWitness),
      distinct: decided(text.confidence?.distinct, confidence.distinct),
      quorum: decided(text.confidence?.quorum, confidence.quorum),
      perSubstrate: text.confidence?.substrates ?? {},
    },
    validity: {
      expiresAfterDays: decided(text.validity?.expiresAfterDays, validity.expiresAfterDays),
      revisions: decided(text.validity?.revisions, validity.revisions),
    },
    identities: sorted(identities, ({ arn }) => arn),
  }
}

/**
 * An empty text is a valid one: everything defaulted. Errors: everything that is wrong, each at `file:line:column`.
 * `rules`: ids of the closure rules that the program has.
 */
export const readDecisions = (text: string, file: string, rules: readonly string[]): Outcome<Decisions> => {
  const yaml = readYaml(text, file, MAX_CHARACTERS)
  if (!yaml.ok) return yaml
  if (yaml.value.data === null) return done(DEFAULT_DECISIONS)
  const checked = checkYaml(yaml.value, decisionsSchema(rules))
  return checked.ok ? done(decisionsOf(checked.value)) : checked
}
