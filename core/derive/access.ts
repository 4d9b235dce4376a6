/** Whether an action reads, writes or destroys: a person's word, then the tool's own, then its name. Unknown is a write. */
import type { Access, Decisions } from '../model/decisions.ts'
import type { Basis } from '../model/policy.ts'
import type { Substrate } from '../model/substrate.ts'
import type { ToolDeclaration } from '../model/tool-declaration.ts'
import { wordsOf } from '../policy/surface.ts'
import { DESTRUCTIVE_VERBS, READ_VERBS, WRITE_VERBS } from './lexicon.ts'

export interface Classified<T> {
  readonly value: T
  readonly by: Basis
}

/** AWS access level of an IAM action in lower case, where the caller knows it: null where it does not. */
export type IamAccess = (action: string) => Access | null

const RANK: Readonly<Record<Access, number>> = { read: 0, write: 1, destructive: 2 }

/** The widest of several declarations: a server that contradicts itself is taken at its worst word. */
const declaredAccess = (tools: readonly ToolDeclaration[]): Access | null => {
  const said = tools.flatMap((tool): readonly Access[] => {
    if (tool.readOnly === true) return ['read']
    if (tool.destructive === true) return ['destructive']
    return tool.readOnly === false || tool.destructive === false ? ['write'] : []
  })
  return said.length < tools.length ? null : (said.sort((a, b) => RANK[b] - RANK[a])[0] ?? null)
}

export const accessByName = (action: string): Access => {
  for (const word of wordsOf(action)) {
    if (DESTRUCTIVE_VERBS.has(word)) return 'destructive'
    if (WRITE_VERBS.has(word)) return 'write'
    if (READ_VERBS.has(word)) return 'read'
  }
  return 'write'
}

/** The verb of an IAM action stands right after the service. */
const iamByName = (action: string): Access => {
  const name = action.slice(action.indexOf(':') + 1)
  const verb = wordsOf(name)[0] ?? ''
  if (/^(?:get|list|describe|head|batchget|lookup|search|query|scan|view|test|simulate|check)$/.test(verb))
    return 'read'
  return DESTRUCTIVE_VERBS.has(verb) ? 'destructive' : 'write'
}

const FIXED: Readonly<Record<string, Access>> = {
  'process/file-read': 'read',
  'process/file-write': 'write',
  'process/exec': 'write',
}

export const accessOf = (
  substrate: Substrate,
  action: string,
  tools: readonly ToolDeclaration[],
  decisions: Decisions,
  iam: IamAccess,
): Classified<Access> => {
  const written = decisions.granularity.actions.find(entry => entry.substrate === substrate && entry.action === action)
  if (written !== undefined) return { value: written.access, by: 'written' }
  if (substrate === 'iam') {
    const level = iam(action)
    return level === null ? { value: iamByName(action), by: 'name' } : { value: level, by: 'declared' }
  }
  if (substrate !== 'tool') return { value: FIXED[`${substrate}/${action}`] ?? 'write', by: 'substrate' }
  const declared = declaredAccess(tools)
  return declared === null ? { value: accessByName(action), by: 'name' } : { value: declared, by: 'declared' }
}
