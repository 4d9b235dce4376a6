/**
 * Which of many constraints contain a value, asked of many values: each kind that names its members, or where they begin, is
 * looked up instead of asked one after the other. `contains` says what is right; a test holds this to it.
 */
import type { Constraint } from '../model/constraint.ts'
import type { Scalar } from '../model/scalar.ts'
import { contains } from './contains.ts'
import { normalizePath } from './paths.ts'
import { NO_CONTEXT } from './step.ts'

/** Text → numbers of the constraints that it stands for. */
type Filed = Map<string, number[]>

interface Cabinet {
  readonly members: Map<Scalar, number[]>
  /** Beginnings, and those of shapes, which need a second look. */
  readonly beginnings: Filed
  readonly shapes: Filed
  /** Normalized. */
  readonly places: Filed
  readonly hosts: Filed
  readonly parents: Filed
  /** Asked one after the other. */
  readonly others: number[]
}

const put = <K>(filed: Map<K, number[]>, key: K, number: number): void => {
  const known = filed.get(key)
  if (known === undefined) filed.set(key, [number])
  else known.push(number)
}

const file = (cabinet: Cabinet, constraint: Constraint, number: number): void => {
  switch (constraint.kind) {
    case 'set':
      for (const value of constraint.values) put(cabinet.members, value, number)
      return
    case 'prefix':
      for (const prefix of constraint.prefixes) put(cabinet.beginnings, prefix, number)
      return
    case 'path':
      for (const under of constraint.under) {
        const place = normalizePath(under)
        if (place !== null) put(cabinet.places, place, number)
      }
      return
    case 'domain':
      for (const name of constraint.names) put(cabinet.hosts, name.toLowerCase(), number)
      for (const parent of constraint.parents) put(cabinet.parents, parent.toLowerCase(), number)
      return
    case 'shape':
      for (const [head] of constraint.shapes) put(cabinet.shapes, typeof head === 'string' ? head : '', number)
      return
    case 'anyOf':
      for (const part of constraint.of) file(cabinet, part, number)
      return
    default:
      cabinet.others.push(number)
  }
}

const lengthsOf = (filed: Filed): readonly number[] => [...new Set([...filed.keys()].map(key => key.length))]

/** The path itself and all above it. */
const placesAbove = function* (path: string): Generator<string> {
  const top = path.startsWith('/') ? '/' : ''
  let at = path
  while (at !== top) {
    yield at
    const slash = at.lastIndexOf('/')
    at = slash <= 0 ? top : at.slice(0, slash)
  }
  yield top
}

export const containing = (constraints: readonly Constraint[]): ((value: Scalar) => readonly number[]) => {
  const cabinet: Cabinet = {
    members: new Map(),
    beginnings: new Map(),
    shapes: new Map(),
    places: new Map(),
    hosts: new Map(),
    parents: new Map(),
    others: [],
  }
  for (const [number, constraint] of constraints.entries()) file(cabinet, constraint, number)
  const [beginnings, heads] = [lengthsOf(cabinet.beginnings), lengthsOf(cabinet.shapes)]
  const holds = (number: number, value: Scalar): boolean => {
    const constraint = constraints[number]
    return constraint !== undefined && contains(constraint, value, NO_CONTEXT)
  }
  return value => {
    const found = [...(cabinet.members.get(value) ?? []), ...cabinet.others.filter(number => holds(number, value))]
    const add = (numbers: readonly number[] | undefined): void => {
      if (numbers !== undefined) found.push(...numbers)
    }
    if (typeof value === 'string') {
      for (const length of beginnings) if (length <= value.length) add(cabinet.beginnings.get(value.slice(0, length)))
      for (const length of heads) {
        if (length > value.length) continue
        add(cabinet.shapes.get(value.slice(0, length))?.filter(number => holds(number, value)))
      }
      const path = cabinet.places.size === 0 ? null : normalizePath(value)
      if (path !== null) for (const place of placesAbove(path)) add(cabinet.places.get(place))
      if (cabinet.hosts.size > 0 || cabinet.parents.size > 0) {
        const host = value.toLowerCase().replace(/\.$/, '')
        add(cabinet.hosts.get(host))
        for (let dot = host.indexOf('.'); dot >= 0; dot = host.indexOf('.', dot + 1))
          add(cabinet.parents.get(host.slice(dot + 1)))
      }
    }
    return found.length < 2 ? found : [...new Set(found)]
  }
}
