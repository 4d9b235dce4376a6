/**
 * Which of many names stand in some texts, in one pass over them: a call with a thousand names in a long session must not cost
 * a search for each (Aho and Corasick's automaton).
 */
import type { Texts } from '../model/context.ts'
import { someText } from './grow.ts'
import { someOccurrence } from './occurrences.ts'

/** Up to so many names the engine's own search is faster. */
const FEW = 8

/** A place in the names: what may follow, where to go on when nothing does, and the name that ends here. */
interface Node {
  /** Most places have one character that follows; the others have a map. */
  code: number
  only: Node | null
  more: Map<number, Node> | null
  /** The longest proper end of what led here that some name begins with; null: the root. */
  back: Node | null
  name: string | null
  /** The nearest place on the way back at which a name ends. */
  shorter: Node | null
  isFound: boolean
}

const empty = (): Node => ({
  code: -1,
  only: null,
  more: null,
  back: null,
  name: null,
  shorter: null,
  isFound: false,
})

const after = ({ code, only, more }: Node, wanted: number): Node | undefined =>
  code === wanted && only !== null ? only : more?.get(wanted)

const grown = (node: Node, code: number): Node => {
  const known = after(node, code)
  if (known !== undefined) return known
  const fresh = empty()
  if (node.only === null) {
    node.code = code
    node.only = fresh
  } else {
    node.more ??= new Map()
    node.more.set(code, fresh)
  }
  return fresh
}

const following = function* ({ code, only, more }: Node): Generator<readonly [number, Node]> {
  if (only !== null) yield [code, only]
  if (more !== null) yield* more
}

/** Where one goes on from `node` with this character. */
const step = (root: Node, node: Node, code: number): Node => {
  for (let at: Node | null = node; at !== null; at = at.back) {
    const next = after(at, code)
    if (next !== undefined) return next
  }
  return root
}

const automatonOf = (names: readonly string[]): Node => {
  const root = empty()
  for (const name of names) {
    let node = root
    for (let at = 0; at < name.length; at++) node = grown(node, name.charCodeAt(at))
    node.name = name
  }
  const queue: Node[] = [root]
  for (const node of queue) {
    for (const [code, next] of following(node)) {
      next.back = node.back === null ? root : step(root, node.back, code)
      next.shorter = next.back.name === null ? next.back.shorter : next.back
      queue.push(next)
    }
  }
  return root
}

/** Those of the names, all of them not empty, that stand in one of the texts, as a part of a word or more. */
export const mentionedIn = (texts: Texts | readonly string[], names: readonly string[]): ReadonlySet<string> => {
  if (names.length <= FEW)
    return new Set(names.filter(name => someText(texts, text => someOccurrence(text, name, () => true))))
  const root = automatonOf(names)
  const found = new Set<string>()
  for (const text of texts) {
    let node = root
    for (let at = 0; at < text.length; at++) {
      node = step(root, node, text.charCodeAt(at))
      // What was found before was followed to its end before.
      for (let ending: Node | null = node; ending !== null && !ending.isFound; ending = ending.shorter) {
        if (ending.name === null) continue
        ending.isFound = true
        found.add(ending.name)
      }
    }
    if (found.size === names.length) break
  }
  return found
}
