/**
 * Cedar policy text → a tree, for the own reader: the part of the language that the encoder writes, and a refusal
 * for everything else. Written from the language's grammar and not from the encoder, but by the same people: the engine
 * is the oracle that counts.
 */
export type Expression =
  | { readonly is: 'literal'; readonly value: string | number | boolean }
  | { readonly is: 'context' }
  | { readonly is: 'get' | 'has'; readonly of: Expression; readonly name: string }
  | { readonly is: 'like'; readonly of: Expression; readonly parts: readonly (string | null)[] }
  | { readonly is: 'not'; readonly of: Expression }
  | { readonly is: 'binary'; readonly operator: BinaryOperator; readonly left: Expression; readonly right: Expression }
  | { readonly is: 'if'; readonly test: Expression; readonly yes: Expression; readonly no: Expression }
  | { readonly is: 'set'; readonly items: readonly Expression[] }
  | { readonly is: 'call'; readonly name: string; readonly of: Expression; readonly argument: Expression }
  | { readonly is: 'extension'; readonly name: 'ip' | 'decimal'; readonly text: string }
export type BinaryOperator = '||' | '&&' | '==' | '!=' | '<=' | '>='

export interface CedarPolicy {
  readonly principal: string
  readonly action: string
  readonly clauses: readonly { readonly keyword: 'when' | 'unless'; readonly condition: Expression }[]
}

type Token =
  | { readonly kind: 'string'; readonly raw: string }
  | { readonly kind: 'number' | 'word' | 'mark'; readonly text: string }

const MARKS = ['::', '||', '&&', '==', '!=', '<=', '>=']

/** Index after the closing quote, or -1. */
const endOfString = (text: string, from: number): number => {
  for (let at = from + 1; at < text.length; at++) {
    if (text[at] === '\\') at++
    else if (text[at] === '"') return at + 1
  }
  return -1
}

const tokensOf = (text: string): readonly Token[] | null => {
  const tokens: Token[] = []
  const word = /[A-Za-z_][A-Za-z0-9_]*/y
  const number = /-?\d+/y
  const blank = /(?:\s|\/\/[^\n]*)+/y
  let at = 0
  const take = (pattern: RegExp): string | null => {
    pattern.lastIndex = at
    return pattern.exec(text)?.[0] ?? null
  }
  while (at < text.length) {
    const skipped = take(blank)
    if (skipped !== null) {
      at += skipped.length
      continue
    }
    if (text[at] === '"') {
      const end = endOfString(text, at)
      if (end < 0) return null
      tokens.push({ kind: 'string', raw: text.slice(at + 1, end - 1) })
      at = end
      continue
    }
    const name = take(word)
    const digits = take(number)
    const mark = MARKS.find(one => text.startsWith(one, at)) ?? text.charAt(at)
    const token: Token =
      name !== null
        ? { kind: 'word', text: name }
        : digits !== null
          ? { kind: 'number', text: digits }
          : { kind: 'mark', text: mark }
    tokens.push(token)
    at += token.text.length
  }
  return tokens
}

const SIMPLE: Readonly<Record<string, string>> = {
  n: '\n',
  r: '\r',
  t: '\t',
  '\\': '\\',
  '0': '\0',
  "'": "'",
  '"': '"',
}

/** A string's characters, with null for a bare `*` (which only a pattern has); null where an escape is unknown. */
const charactersOf = (raw: string): readonly (string | null)[] | null => {
  if (!raw.includes('\\') && !raw.includes('*')) return [raw]
  const found: (string | null)[] = []
  const pieces = /\\u\{([0-9a-fA-F]{1,6})\}|\\(.)|(\*)|[^\\*]+/gsy
  let at = 0
  for (const piece of raw.matchAll(pieces)) {
    at += piece[0].length
    const [whole, code, simple, star] = piece
    if (star !== undefined) found.push(null)
    else if (code !== undefined) {
      const point = Number.parseInt(code, 16)
      if (point > 0x10ffff) return null
      found.push(String.fromCodePoint(point))
    } else if (simple === undefined) found.push(whole)
    else {
      const character = simple === '*' ? '*' : Object.hasOwn(SIMPLE, simple) ? SIMPLE[simple] : undefined
      if (character === undefined) return null
      found.push(character)
    }
  }
  return at === raw.length ? found : null
}

class Refused extends Error {}

/** Recursive descent; what it does not know it refuses, and `parseCedar` turns that into null. */
const parserOf = (tokens: readonly Token[]) => {
  let at = 0
  const refuse = (): never => {
    throw new Refused()
  }
  const peek = (text: string): boolean => {
    const token = tokens[at]
    return token !== undefined && token.kind !== 'string' && token.text === text
  }
  const accept = (text: string): boolean => {
    if (!peek(text)) return false
    at++
    return true
  }
  const expect = (text: string): void => {
    if (!accept(text)) refuse()
  }
  const next = (): Token => tokens[at++] ?? refuse()
  const nextWord = (): string => {
    const token = next()
    return token.kind === 'word' ? token.text : refuse()
  }
  const nextRaw = (): string => {
    const token = next()
    return token.kind === 'string' ? token.raw : refuse()
  }
  const plain = (raw: string): string => (charactersOf(raw) ?? refuse()).map(part => part ?? '*').join('')
  const nextString = (): string => plain(nextRaw())
  const pattern = (): readonly (string | null)[] => {
    const parts: (string | null)[] = []
    for (const part of charactersOf(nextRaw()) ?? refuse()) {
      const last = parts.at(-1)
      if (typeof part === 'string' && typeof last === 'string') parts[parts.length - 1] = last + part
      else parts.push(part)
    }
    return parts
  }

  const primary = (): Expression => {
    if (accept('(')) {
      const inner = expression()
      expect(')')
      return inner
    }
    if (accept('[')) {
      const items: Expression[] = []
      while (!accept(']')) {
        if (items.length > 0) expect(',')
        items.push(expression())
      }
      return { is: 'set', items }
    }
    const token = next()
    if (token.kind === 'string') return { is: 'literal', value: plain(token.raw) }
    if (token.kind === 'number') return { is: 'literal', value: Number(token.text) }
    if (token.kind === 'mark') return refuse()
    switch (token.text) {
      case 'true':
      case 'false':
        return { is: 'literal', value: token.text === 'true' }
      case 'context':
        return { is: 'context' }
      case 'ip':
      case 'decimal': {
        expect('(')
        const text = nextString()
        expect(')')
        return { is: 'extension', name: token.text, text }
      }
      default:
        return refuse()
    }
  }
  const member = (): Expression => {
    let of = primary()
    for (;;) {
      if (accept('[')) {
        of = { is: 'get', of, name: nextString() }
        expect(']')
      } else if (accept('.')) {
        const name = nextWord()
        if (accept('(')) {
          of = { is: 'call', name, of, argument: expression() }
          expect(')')
        } else of = { is: 'get', of, name }
      } else return of
    }
  }
  const unary = (): Expression => (accept('!') ? { is: 'not', of: unary() } : member())
  const relation = (): Expression => {
    const left = unary()
    if (accept('has')) return { is: 'has', of: left, name: tokens[at]?.kind === 'string' ? nextString() : nextWord() }
    if (accept('like')) return { is: 'like', of: left, parts: pattern() }
    for (const operator of ['==', '!=', '<=', '>='] as const) {
      if (accept(operator)) return { is: 'binary', operator, left, right: unary() }
    }
    return left
  }
  const chain = (operator: '||' | '&&', operand: () => Expression) => (): Expression => {
    let left = operand()
    while (accept(operator)) left = { is: 'binary', operator, left, right: operand() }
    return left
  }
  const disjunction = chain('||', chain('&&', relation))
  const expression = (): Expression => {
    if (!accept('if')) return disjunction()
    const test = expression()
    expect('then')
    const yes = expression()
    expect('else')
    return { is: 'if', test, yes, no: expression() }
  }

  const entity = (variable: string, type: string): string => {
    for (const text of [variable, '==', 'Ambit', '::', type, '::']) expect(text)
    return nextString()
  }
  const policy = (): CedarPolicy => {
    while (accept('@')) {
      nextWord()
      expect('(')
      nextString()
      expect(')')
    }
    expect('permit')
    expect('(')
    const principal = entity('principal', 'Workload')
    expect(',')
    const action = entity('action', 'Action')
    for (const text of [',', 'resource', ')']) expect(text)
    const clauses: CedarPolicy['clauses'][number][] = []
    while (!accept(';')) {
      const keyword = accept('when') ? 'when' : accept('unless') ? 'unless' : refuse()
      expect('{')
      clauses.push({ keyword, condition: expression() })
      expect('}')
    }
    return { principal, action, clauses }
  }
  return (): readonly CedarPolicy[] => {
    const policies: CedarPolicy[] = []
    while (at < tokens.length) policies.push(policy())
    return policies
  }
}

/** Null where the text is not wholly of the known grammar: the reader then denies everything. */
export const parseCedar = (text: string): readonly CedarPolicy[] | null => {
  const tokens = tokensOf(text)
  if (tokens === null) return null
  try {
    return parserOf(tokens)()
  } catch (error) {
    if (error instanceof Refused || error instanceof RangeError) return null
    throw error
  }
}
