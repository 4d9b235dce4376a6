/** What two policies rest on beside their permissions: decisions, validity and the base of a runtime → differences. */
import { canonicalJson } from '../model/canonical.ts'
import type { DerivedPolicy, Validity } from '../model/policy.ts'
import { workloadKey } from '../model/workload.ts'
import type { Difference, DifferenceCode } from './difference.ts'

const term = (code: DifferenceCode, widens: boolean, before: string, after: string): Difference => ({
  code,
  widens,
  substrate: null,
  action: null,
  dimension: null,
  before,
  after,
})

/** A decision's fields by path, each as canonical JSON with its source, e.g. `closure.mode`. */
const fieldsOf = ({ decisions }: DerivedPolicy): ReadonlyMap<string, string> =>
  new Map(
    Object.entries(decisions).flatMap(([group, fields]) =>
      Array.isArray(fields)
        ? [[group, canonicalJson(fields)] as const]
        : Object.entries(fields).map(([field, value]) => [`${group}.${field}`, canonicalJson(value)] as const),
    ),
  )

/** A decision acts through the permissions, which are compared themselves: a changed one widens nothing by itself. */
const compareDecisions = (before: DerivedPolicy, after: DerivedPolicy): readonly Difference[] => {
  const old = fieldsOf(before)
  const now = fieldsOf(after)
  return [...new Set([...old.keys(), ...now.keys()])].sort().flatMap(name => {
    const [from, to] = [old.get(name) ?? 'null', now.get(name) ?? 'null']
    return from === to ? [] : [term('decision-changed', false, `${name}: ${from}`, `${name}: ${to}`)]
  })
}

/** Milliseconds from the last evidence to the expiry; the longest there is where a time cannot be read. */
const validFor = ({ validity, coverage }: DerivedPolicy): number => {
  const length = Date.parse(validity.notAfter) - Date.parse(coverage.window.last)
  return Number.isNaN(length) ? Number.POSITIVE_INFINITY : length
}

/** A later expiry that newer evidence carries is a renewal; one that evidence does not carry is a widening. */
const compareExpiry = (before: DerivedPolicy, after: DerivedPolicy): readonly Difference[] => {
  const [from, to] = [before.validity.notAfter, after.validity.notAfter]
  const [old, now] = [validFor(before), validFor(after)]
  if (now > old || (now === Number.POSITIVE_INFINITY && from !== to)) return [term('term-extended', true, from, to)]
  return from === to ? [] : [term('expiry-moved', false, from, to)]
}

const BINDINGS = [
  'models',
  'prompts',
  'catalogs',
  'tools',
  'images',
  'identities',
] as const satisfies readonly (keyof Validity)[]

/** No value means that it is unknown: no change of it ends the policy. */
const compareBindings = (before: DerivedPolicy, after: DerivedPolicy): readonly Difference[] =>
  BINDINGS.flatMap(name => {
    const [old, now] = [before.validity[name], after.validity[name]]
    const line = (values: readonly string[]): string =>
      `${name}: ${values.length === 0 ? 'unknown' : values.join(', ')}`
    const added = now.some(value => !old.includes(value))
    const removed = old.some(value => !now.includes(value))
    if (!added && !removed) return []
    const widens = old.length > 0 && (added || now.length === 0)
    return [term(widens ? 'binding-widened' : 'binding-narrowed', widens, line(old), line(now))]
  })

export const compareTerms = (before: DerivedPolicy, after: DerivedPolicy): readonly Difference[] => {
  const [from, to] = [workloadKey(before.workload), workloadKey(after.workload)]
  const dns = after.base.dns ? term('dns-added', true, '', '') : term('dns-removed', false, '', '')
  return [
    ...(from === to ? [] : [term('workload-changed', true, from, to)]),
    ...compareDecisions(before, after),
    ...compareExpiry(before, after),
    ...compareBindings(before, after),
    ...(before.base.dns === after.base.dns ? [] : [dns]),
  ]
}
