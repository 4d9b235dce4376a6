/**
 * Text a person wrote → plain data, with the place of every part of it.
 *
 * Only the part of YAML is read in which a document says what it seems to say: one document, string keys, each once, no
 * anchors, aliases, merge keys or tags. The rest is refused by name, because it can hide a value or blow up in memory.
 */
import { Composer, type CST, isMap, isNode, isScalar, isSeq, LineCounter, type Node, Parser } from 'yaml'
import { failed, type Outcome, type Problem } from '../problem.ts'

export interface YamlText {
  readonly data: unknown
  /** `file:line:column` of the value at a path, or of the nearest enclosing one that exists. */
  readonly at: (path: readonly PropertyKey[]) => string
  /** `file:line:column` of a key of the map at a path. */
  readonly atKey: (path: readonly PropertyKey[], key: string) => string
}

/** Deeper than any document of this program. Everything after the tokens recurses, on the stack or in a regular expression. */
const MAX_DEPTH = 64
const MAX_REPORTED = 50

type Place = (offset: number | undefined) => string

const start = (node: unknown): number | undefined => (isNode(node) ? node.range?.[0] : undefined)

const refused = (what: string, where: string, help: string): Problem => ({ code: 'yaml-refused', what, where, help })

/** What is refused in one node and below it, in the order of the text. */
const refusals = (node: unknown, place: Place, found: Problem[]): void => {
  if (node === null || node === undefined || found.length >= MAX_REPORTED) return
  const where = place(start(node))
  if (!isMap(node) && !isSeq(node) && !isScalar(node)) {
    found.push(refused('an alias repeats another part of the document', where, 'write the value out'))
    return
  }
  if (node.anchor !== undefined) found.push(refused(`an anchor \`&${node.anchor}\``, where, 'write the value out'))
  if (node.tag !== undefined) {
    found.push(refused(`a tag \`${node.tag}\``, where, 'remove the tag'))
  }
  if (isSeq(node)) for (const item of node.items) refusals(item, place, found)
  if (!isMap(node)) return
  const keys = new Set<string>()
  for (const { key, value } of node.items) {
    const keyPlace = place(start(key))
    if (!isScalar(key) || typeof key.value !== 'string') {
      found.push(refused('a key that is not a string', keyPlace, 'put the key in quotes'))
    } else if (key.value === '<<' || key.value === '__proto__') {
      found.push(refused(`the key \`${key.value}\``, keyPlace, 'write the fields out'))
    } else if (keys.has(key.value)) {
      found.push(refused(`the key \`${key.value}\` is written twice`, keyPlace, 'keep one of the two'))
    } else keys.add(key.value)
    refusals(key, place, found)
    refusals(value, place, found)
  }
}

/** Walks as far as the path exists, and returns the last node on it. */
const follow = (root: Node | null, path: readonly PropertyKey[]): Node | null => {
  let node: Node | null = root
  for (const part of path) {
    const next: unknown =
      isMap(node) || isSeq(node) ? node.get(typeof part === 'symbol' ? part.description : part, true) : undefined
    if (!isMap(next) && !isSeq(next) && !isScalar(next)) return node
    node = next
  }
  return node
}

/** Whether a token tree nests deeper than the limit. Iterative: this runs before anything that recurses. */
const tooDeep = (tokens: readonly CST.Token[]): boolean => {
  let level: CST.Token[] = [...tokens]
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > MAX_DEPTH + 1) return true
    const next: CST.Token[] = []
    for (const token of level) {
      if (token.type === 'document' && token.value !== undefined) next.push(token.value)
      if (!('items' in token)) continue
      for (const { key, value } of token.items) {
        if (key) next.push(key)
        if (value) next.push(value)
      }
    }
    level = next
  }
  return false
}

/** Errors: `file-too-large`, `yaml-invalid`, `yaml-refused`; all that are found, up to fifty. */
export const readYaml = (text: string, file: string, maxCharacters: number): Outcome<YamlText> => {
  if (text.length > maxCharacters) {
    const what = `the file has ${text.length} characters, more than ${maxCharacters}`
    return failed({ code: 'file-too-large', what, where: file, help: 'is it the right file?' })
  }
  const lines = new LineCounter()
  const place: Place = offset => {
    if (offset === undefined) return file
    const { line, col } = lines.linePos(offset)
    return `${file}:${Math.max(1, line)}:${Math.max(1, col)}`
  }
  const tokens = [...new Parser(lines.addNewLine).parse(text)]
  if (tooDeep(tokens)) return failed(refused(`nested deeper than ${MAX_DEPTH} levels`, file, 'flatten it'))
  const composer = new Composer({ uniqueKeys: false, merge: false, logLevel: 'silent' })
  const [document, second] = [...composer.compose(tokens)]
  if (second !== undefined) {
    return failed(refused('a second document', place(second.range[0]), 'keep one document in the file'))
  }
  const invalid = document?.errors ?? []
  if (invalid.length > 0) {
    return failed(
      ...invalid.slice(0, MAX_REPORTED).map((error): Problem => {
        const what = error.message.replace(/\.$/, '').replace(/^[A-Z](?![A-Z])/, letter => letter.toLowerCase())
        return { code: 'yaml-invalid', what, where: place(error.pos[0]), help: null }
      }),
    )
  }
  const root = document?.contents ?? null
  const found: Problem[] = []
  refusals(root, place, found)
  if (found.length > 0) return failed(...found)
  return {
    ok: true,
    value: {
      data: document === undefined ? null : document.toJS({ maxAliasCount: 0 }),
      at: path => place(start(follow(root, path)) ?? 0),
      atKey: (path, key) => {
        const map = follow(root, path)
        const pair = isMap(map) ? map.items.find(item => isScalar(item.key) && item.key.value === key) : undefined
        return place(start(pair?.key) ?? start(map) ?? 0)
      },
    },
  }
}
