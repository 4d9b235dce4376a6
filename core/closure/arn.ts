/**
 * ARNs: partition, service, region and account stay as they are; in the resource, numbers and versions vary, and below an
 * S3 bucket or a `/`-terminated name any key does.
 */
import type { ClosureRule } from '../model/closure-rule.ts'
import type { Shape } from '../model/constraint.ts'
import { distinctShapes, shapeOf } from './shape.ts'
import { allStrings } from './strings.ts'

const prepend = (head: string, tail: Shape): Shape => {
  const first = tail[0]
  return typeof first === 'string' ? [head + first, ...tail.slice(1)] : [head, ...tail]
}

const append = (shape: Shape, text: string): Shape => {
  const last = shape[shape.length - 1]
  return typeof last === 'string' ? [...shape.slice(0, -1), last + text] : [...shape, text]
}

const arnShape = (arn: string): Shape => {
  const parts = arn.split(':')
  const head = `${parts.slice(0, 5).join(':')}:`
  const resource = parts.slice(5).join(':')
  const slash = resource.indexOf('/')
  if (parts[2] !== 's3' || slash < 0) return prepend(head, shapeOf(resource))
  return [...prepend(head, append(shapeOf(resource.slice(0, slash)), '/')), { rest: true }]
}

export const arn: ClosureRule = {
  id: 'arn',
  summary: 'the same account, service and resource name with its numbers and versions free; any object of an S3 bucket',
  types: ['arn'],
  parameters: [null],
  gate: 'each',
  width: 10,
  close: values => {
    const strings = allStrings(values)
    if (strings === null || strings.some(text => text.split(':').length < 6)) return null
    return { kind: 'shape', shapes: distinctShapes(strings.map(arnShape)) }
  },
  latitude: () => ({
    statement: 'other numbers and versions of the same name, and other objects of the same buckets',
    beyond: null,
  }),
}
