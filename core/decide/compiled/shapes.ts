/** Shapes → whether a text has one of them. Those that begin with a text are looked up by its first character. */
import type { Shape } from '../../model/constraint.ts'
import { matchesShape } from '../../policy/shape.ts'

const NOTHING: readonly Shape[] = []

export const shapedLikeOne = (shapes: readonly Shape[]): ((text: string) => boolean) => {
  const byFirst = new Map<number, Shape[]>()
  const open: Shape[] = []
  for (const shape of shapes) {
    const [head] = shape
    const first = typeof head === 'string' && head !== '' ? head.charCodeAt(0) : null
    if (first === null) open.push(shape)
    else byFirst.set(first, [...(byFirst.get(first) ?? []), shape])
  }
  return text => {
    for (const shape of byFirst.get(text.charCodeAt(0)) ?? NOTHING) if (matchesShape(text, shape)) return true
    for (const shape of open) if (matchesShape(text, shape)) return true
    return false
  }
}
