/** What several servers say → what one server would say, and back from a name that clients see to the server that has it. */
import { isJson, type Json, own } from '../../io/mcp/message.ts'

/** Booleans and maps of all; where two differ the richer one holds, since each call goes to the server that has the ability. */
const united = (a: unknown, b: unknown): unknown => {
  if (!isJson(a) || !isJson(b)) return b === undefined ? a : a === true ? a : b
  const keys = [...new Set([...Object.keys(a), ...Object.keys(b)])]
  return Object.fromEntries(keys.map(key => [key, united(own(a, key), own(b, key))]))
}

/** The oldest version that one of them answered with: all of them speak it. */
const oldest = (versions: readonly string[]): string => [...versions].sort()[0] ?? ''

const isText = (value: unknown): value is string => typeof value === 'string'

/** One answer to `initialize` from those of the servers that are there. */
export const mergedHello = (hellos: readonly unknown[], name: string, version: string): Json => {
  const instructions = hellos.map(hello => own(hello, 'instructions')).filter(isText)
  return {
    protocolVersion: oldest(hellos.map(hello => own(hello, 'protocolVersion')).filter(isText)),
    capabilities: hellos.map(hello => own(hello, 'capabilities')).reduce(united, {}),
    serverInfo: { name, version },
    ...(instructions.length === 0 ? {} : { instructions: instructions.join('\n\n') }),
  }
}

/** Tools may come and go with a policy, so clients are told that the list can change. */
export const withListChanged = (hello: unknown): unknown => {
  const capabilities = own(hello, 'capabilities')
  const tools = own(capabilities, 'tools')
  if (!isJson(hello) || !isJson(capabilities) || !isJson(tools)) return hello
  return { ...hello, capabilities: { ...capabilities, tools: { ...tools, listChanged: true } } }
}

/** Where each list of an answer is, by method, and whether its entries have names that get a prefix. */
export const LISTS: Readonly<
  Record<string, { readonly key: string; readonly named: boolean; readonly ability: string }>
> = {
  'tools/list': { key: 'tools', named: true, ability: 'tools' },
  'prompts/list': { key: 'prompts', named: true, ability: 'prompts' },
  'resources/list': { key: 'resources', named: false, ability: 'resources' },
  'resources/templates/list': { key: 'resourceTemplates', named: false, ability: 'resources' },
  'tasks/list': { key: 'tasks', named: false, ability: 'tasks' },
}

export const prefixed = (prefix: string, entries: readonly unknown[]): readonly unknown[] =>
  prefix === ''
    ? entries
    : entries.map(entry => {
        const name = own(entry, 'name')
        return isJson(entry) && typeof name === 'string' ? { ...entry, name: `${prefix}${name}` } : entry
      })

/** Entries whose name more than one server claims: nobody can say whose they are, so nobody gets them. */
export const ambiguous = (entries: readonly unknown[]): ReadonlySet<unknown> => {
  const names = entries.map(entry => own(entry, 'name'))
  return new Set(names.filter((name, index) => names.indexOf(name) !== index))
}
