/**
 * The destination of a URL is its host: any path on it, with http, https or no scheme at all. Ports are part of the host.
 * Written with prefixes that end in a slash, so that `https://host.evil.org` and `https://host@evil.org` stay outside.
 */
import type { ClosureRule } from '../model/closure-rule.ts'
import { allStrings, sortedUnique } from './strings.ts'

const AUTHORITY = /^(?:https?:\/\/)?([A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)+(?::\d{1,5})?)(?:\/[^\\]*)?$/

const SCHEMES = ['', 'http://', 'https://'] as const

export const host: ClosureRule = {
  id: 'host',
  summary: 'any path on the hosts of the observed URLs, over http or https',
  types: ['url', 'host'],
  parameters: [null],
  gate: 'each',
  width: 15,
  close: values => {
    const authorities = allStrings(values)?.map(text => AUTHORITY.exec(text)?.[1] ?? null)
    if (authorities === undefined || authorities.includes(null)) return null
    const hosts = authorities.filter(authority => authority !== null)
    const spelled = (end: string): readonly string[] =>
      sortedUnique(hosts.flatMap(name => SCHEMES.map(scheme => `${scheme}${name}${end}`)))
    return {
      kind: 'anyOf',
      of: [
        { kind: 'set', values: spelled('') },
        { kind: 'prefix', prefixes: spelled('/') },
      ],
    }
  },
  latitude: constraint => ({
    statement:
      constraint.kind === 'anyOf' && constraint.of[0]?.kind === 'set'
        ? `any path on ${constraint.of[0].values.length / SCHEMES.length} hosts, over http or https`
        : 'none',
    beyond: null,
  }),
}
