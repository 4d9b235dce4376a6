/** Decisions → the four lines at the top of every derived policy, each field with whether a person wrote it. */
import { type Decided, type Decisions, isProbabilistic } from '../../core/model/decisions.ts'

const say = <T>({ value, by }: Decided<T>, words: (value: T) => string = String): string => `${words(value)} (${by})`

const exceptions = (count: number, what: string): string =>
  count === 0 ? '' : `; ${count} ${what}${count === 1 ? '' : 's'} written`

/** Four lines in the order of the document: granularity, closure, confidence, validity. */
export const decisionsInWords = (decisions: Decisions): readonly string[] => {
  const { granularity, closure, confidence, validity } = decisions
  const { moreThan, witnesses, perWitness, distinct, quorum } = confidence
  return [
    `granularity: ${say(granularity.substrates, list => list.join(', '))}${exceptions(granularity.actions.length, 'access level')}`,
    `closure: ${say(closure.mode)}, miss budget ${say(closure.missBudget)}, unobserved surfaces: ${say(closure.unobserved)}, result fields: ${say(closure.fields)}${isProbabilistic(decisions) ? `, usual within ${say(closure.sigma)} sigma, signals: ${say(closure.signals, list => list.join(', ') || 'none')}` : ''}${exceptions(
      closure.dimensions.length + Object.keys(closure.perSubstrate).length,
      'exception',
    )}`,
    `confidence: more than ${say(moreThan)} times, by more than ${say(witnesses)} distinct ${say(distinct)}, at most ${say(
      perWitness,
    )} counted per witness, quorum ${say(quorum)}${exceptions(Object.keys(confidence.perSubstrate).length, 'substrate')}`,
    `validity: ${say(validity.expiresAfterDays, days => `${days} days`)} after the last evidence, revisions: ${say(validity.revisions)}`,
  ]
}
