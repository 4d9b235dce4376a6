/** The role of a dimension: what it would mean if the value were another. A person's word, then names, then value types. */
import type { Decisions, Role } from '../model/decisions.ts'
import type { ParameterDeclaration } from '../model/tool-declaration.ts'
import type { ValueType } from '../model/value-type.ts'
import { isSecretName } from '../policy/secret-name.ts'
import { wordsOf } from '../policy/surface.ts'
import type { Classified } from './access.ts'
import { AMOUNT_NOUNS, CONTENT_NOUNS, SELECTOR_NOUNS, SINK_NOUNS } from './lexicon.ts'

const BY_TYPE: Readonly<Record<ValueType, Role>> = {
  null: 'free',
  boolean: 'free',
  number: 'free',
  date: 'free',
  email: 'sink',
  url: 'sink',
  host: 'sink',
  ip: 'sink',
  iban: 'sink',
  arn: 'sink',
  path: 'sink',
  secret: 'secret',
  identifier: 'selector',
  text: 'content',
}

/** Types that carry data out or name an owner wherever they stand. */
const SINK_TYPES: ReadonlySet<ValueType> = new Set(['email', 'url', 'host', 'ip', 'iban', 'arn'])

const STRICTEST_FIRST: readonly Role[] = ['secret', 'sink', 'amount', 'selector', 'content', 'free']

/** JSON Schema formats that say what a string names. */
const BY_FORMAT: Readonly<Record<string, Role>> = {
  email: 'sink',
  'idn-email': 'sink',
  uri: 'sink',
  'uri-reference': 'sink',
  url: 'sink',
  hostname: 'sink',
  ipv4: 'sink',
  ipv6: 'sink',
  password: 'secret',
  date: 'free',
  'date-time': 'free',
  time: 'free',
}

/** Names are read from the end: in `recipient_account_id` the id decides last, the account first. */
const byName = (name: string, type: ValueType): Role | null => {
  const words = wordsOf(name).map(word => word.replace(/\d+$/, ''))
  const last = words[words.length - 1] ?? ''
  if (SELECTOR_NOUNS.has(last) && words.length > 1) return 'selector'
  for (const word of [...words].reverse()) {
    if (AMOUNT_NOUNS.has(word) && (type === 'number' || word.startsWith('amount'))) return 'amount'
    if (CONTENT_NOUNS.has(word)) return 'content'
    if (SINK_NOUNS.has(word)) return 'sink'
    if (SELECTOR_NOUNS.has(word)) return 'selector'
  }
  return null
}

export const roleOf = (
  action: string,
  dimension: string,
  type: ValueType,
  declarations: readonly ParameterDeclaration[],
  decisions: Decisions,
): Classified<Role> => {
  const written = decisions.closure.dimensions.find(
    entry => entry.role !== null && entry.dimension === dimension && (entry.action === action || entry.action === '*'),
  )
  if (written?.role !== undefined && written.role !== null) return { value: written.role, by: 'written' }
  if (isSecretName(dimension)) return { value: 'secret', by: 'name' }
  if (type === 'secret') return { value: 'secret', by: 'value' }
  // Declarations that contradict each other are taken at their strictest, whichever came first.
  const formats = new Set(declarations.map(entry => BY_FORMAT[entry.format ?? '']))
  const format = STRICTEST_FIRST.find(role => formats.has(role))
  if (format !== undefined) return { value: format, by: 'declared' }
  const name = dimension.replace(/^tool\.args\./, '').replace(/\[\]/g, '')
  const named = byName(name.split('.').pop() ?? name, type)
  if (SINK_TYPES.has(type)) return { value: 'sink', by: 'value' }
  if (named !== null && !(named === 'sink' && (type === 'boolean' || type === 'number' || type === 'date'))) {
    return { value: named, by: 'name' }
  }
  return { value: BY_TYPE[type], by: 'value' }
}
