/**
 * Whether one constraint contains everything that another contains, in every context. `yes` rests on a rule that is sound
 * for the meaning in `policy/contains`, `no` on a value that shows it; everything else is `unknown`, which counts as widening.
 */

import { canonicalJson } from '../model/canonical.ts'
import type { Constraint, ConstraintKind, Shape } from '../model/constraint.ts'
import type { Context } from '../model/context.ts'
import type { Scalar } from '../model/scalar.ts'
import { parseBlock } from './addresses.ts'
import { shapeWithin } from './compare-shape.ts'
import { contains } from './contains.ts'
import { normalizeText } from './normalize-text.ts'
import { isUnder, normalizePath } from './paths.ts'
import { NO_CONTEXT } from './step.ts'

export type Subsumption = 'yes' | 'no' | 'unknown'

type Of<K extends ConstraintKind> = Extract<Constraint, { kind: K }>

/** Sees nothing: every constraint that depends on context contains nothing here. */

/** A union as the list of its members, each with one prefix, path, name, block, shape or type; sets stay whole. */
const parts = (constraint: Constraint): readonly Constraint[] => {
  switch (constraint.kind) {
    case 'none':
      return []
    case 'anyOf':
      return constraint.of.flatMap(parts)
    case 'prefix':
      return constraint.prefixes.map(prefix => ({ kind: 'prefix', prefixes: [prefix] }))
    case 'path':
      return constraint.under.map(under => ({ kind: 'path', under: [under] }))
    case 'domain':
      return [
        ...constraint.names.map((name): Constraint => ({ kind: 'domain', names: [name], parents: [] })),
        ...constraint.parents.map((parent): Constraint => ({ kind: 'domain', names: [], parents: [parent] })),
      ]
    case 'cidr':
      return constraint.blocks.map(block => ({ kind: 'cidr', blocks: [block] }))
    case 'shape':
      return constraint.shapes.map(shape => ({ kind: 'shape', shapes: [shape] }))
    case 'field':
      return constraint.from?.map(place => ({ kind: 'field', from: [place] })) ?? [constraint]
    case 'type':
      return constraint.types.map(type => ({ kind: 'type', types: [type] }))
    default:
      return [constraint]
  }
}

const shapesOf = (constraint: Constraint): readonly Shape[] =>
  constraint.kind === 'shape'
    ? constraint.shapes
    : constraint.kind === 'prefix'
      ? constraint.prefixes.map((prefix): Shape => [prefix, { rest: true }])
      : []

const domainWithin = (wide: Of<'domain'>, narrow: Of<'domain'>): boolean => {
  const below = (host: string): boolean => wide.parents.some(parent => host.endsWith(`.${parent.toLowerCase()}`))
  const same = (host: string, others: readonly string[]): boolean => others.some(other => other.toLowerCase() === host)
  return (
    narrow.names.every(name => same(name.toLowerCase(), wide.names) || below(name.toLowerCase())) &&
    narrow.parents.every(parent => same(parent.toLowerCase(), wide.parents) || below(parent.toLowerCase()))
  )
}

const blockWithin = (wide: string, narrow: string): boolean => {
  const inner = parseBlock(narrow)
  const outer = parseBlock(wide)
  if (inner === null) return true
  if (outer === null || outer.address.width !== inner.address.width || outer.length > inner.length) return false
  const shift = BigInt(outer.address.width - outer.length)
  return outer.address.bits >> shift === inner.address.bits >> shift
}

/** Both are members as {@link parts} makes them. True is proved, false says nothing. */
const memberWithin = (wide: Constraint, narrow: Constraint): boolean => {
  if (narrow.kind === 'range' && !(narrow.min <= narrow.max)) return true
  if (narrow.kind === 'type' && wide.kind === 'length') return /^(?:number|boolean|null)$/.test(narrow.types.join())
  if (narrow.kind === 'path' && narrow.under.every(path => normalizePath(path) === null)) return true
  if (wide.kind === 'path' && narrow.kind === 'path')
    return narrow.under.every(path => wide.under.some(parent => isUnder(path, parent)))
  if (wide.kind === 'domain' && narrow.kind === 'domain') return domainWithin(wide, narrow)
  if (narrow.kind === 'cidr' && narrow.blocks.every(block => parseBlock(block) === null)) return true
  if (wide.kind === 'cidr' && narrow.kind === 'cidr')
    return narrow.blocks.every(block => wide.blocks.some(outer => blockWithin(outer, block)))
  if (wide.kind === 'range' && narrow.kind === 'range') return wide.min <= narrow.min && narrow.max <= wide.max
  if (wide.kind === 'length' && narrow.kind === 'length') return narrow.max <= wide.max
  if (wide.kind === 'field' && narrow.kind === 'field')
    return wide.from === undefined || narrow.from?.every(place => wide.from?.includes(place)) === true
  if (wide.kind === 'type' && narrow.kind === 'type') return narrow.types.every(type => wide.types.includes(type))
  return false
}

/** Values that are likely to tell two constraints apart: they lie in the narrow one where it has any. */
const probes = (narrow: Constraint): readonly Scalar[] => {
  switch (narrow.kind) {
    case 'path':
      return narrow.under.flatMap(path => [path, `${path}/x`, path.startsWith('/') ? `/.${path}` : `./${path}`])
    case 'domain':
      return [...narrow.names, ...narrow.names.map(name => name.toUpperCase()), ...narrow.parents.map(p => `a.b.${p}`)]
    case 'cidr':
      return narrow.blocks.map(block => block.replace(/\/.*$/, ''))
    case 'range':
      return [narrow.min, narrow.max, String(narrow.min)]
    case 'length':
      return ['', true, 0, 'x'.repeat(Math.max(0, Math.min(narrow.max, 4096)))]
    case 'prefix':
      return narrow.prefixes.flatMap(prefix => [prefix, `${prefix}${'/..'.repeat(8)}`])
    default:
      return [
        'some other text',
        'otherwise',
        'a@b.example',
        'https://a.b.example/',
        'a.b.example.com',
        '203.0.113.9',
        'GB33BUKB20201555555555',
        'arn:aws:s3:::x',
        '/x/y',
        '2001-01-01',
        'AKIAABCDEFGHIJKLMNOP',
        12345.25,
        true,
        null,
      ]
  }
}

/** Contexts in which the value is everywhere, and in which it is nowhere. */
const settings = (value: Scalar): readonly Context[] => {
  const text = normalizeText(String(value))
  return [
    NO_CONTEXT,
    { ...NO_CONTEXT, request: new Set([text]), fields: new Set(), prose: new Set([text]) },
    { ...NO_CONTEXT, request: new Set(), fields: new Set([text]), prose: new Set([text]) },
    { ...NO_CONTEXT, request: new Set(), fields: new Set(), prose: new Set() },
  ]
}

const refuted = (wide: Constraint, narrow: Constraint, values: readonly Scalar[]): boolean =>
  values.some(value =>
    settings(value).some(context => contains(narrow, value, context) && !contains(wide, value, context)),
  )

/** Does `wide` contain every value that `narrow` contains, in every context? */
export const subsumes = (wide: Constraint, narrow: Constraint): Subsumption => {
  const outer = parts(wide)
  if (outer.some(({ kind }) => kind === 'any')) return 'yes'
  const listed = new Set(outer.flatMap(part => (part.kind === 'set' ? part.values : [])))
  const open = outer.filter(({ kind }) => kind !== 'set')
  const same = new Set(open.map(canonicalJson))
  const shapes = outer.flatMap(shapesOf)
  let undecided = false
  for (const part of parts(narrow)) {
    if (part.kind === 'set') {
      // A value that is contained without any context is contained in each; one that is not shows the difference there.
      const outside = (value: Scalar): boolean =>
        !listed.has(value) && !open.some(one => contains(one, value, NO_CONTEXT))
      if (part.values.some(outside)) return 'no'
      continue
    }
    if (same.has(canonicalJson(part)) || open.some(one => memberWithin(one, part))) continue
    const inclusions = shapesOf(part).map(shape => shapeWithin(shape, shapes))
    if (inclusions.length > 0 && inclusions.every(({ answer }) => answer === 'within')) continue
    const witnesses = inclusions.flatMap(one => (one.answer === 'outside' ? [one.witness] : []))
    if (refuted(wide, part, [...witnesses, ...probes(part)])) return 'no'
    undecided = true
  }
  return undecided ? 'unknown' : 'yes'
}
