/**
 * The registrable domain instead of the host: `api.eu.example.com` → `example.com` and everything below it. A public suffix
 * (`com`, `co.uk`, `github.io`, `s3.amazonaws.com`) is nobody's domain and never an envelope.
 */
import { getDomain } from 'tldts'
import type { ClosureRule } from '../model/closure-rule.ts'
import { allStrings, sortedUnique } from './strings.ts'

/** Names only: an address has no parent domain. */
const HOST = /^(?![\d.]+$)[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*\.?$/

export const domain: ClosureRule = {
  id: 'domain',
  summary: 'the registrable domain of each observed host, and its subdomains',
  types: ['host'],
  parameters: [null],
  gate: 'each',
  width: 20,
  close: values => {
    const strings = allStrings(values)
    if (strings === null || !strings.every(text => HOST.test(text))) return null
    const hosts = strings.map(host => host.toLowerCase().replace(/\.$/, ''))
    const owned = hosts.map(host => getDomain(host, { allowPrivateDomains: true }) ?? null)
    const names = hosts.filter((_, index) => owned[index] === null)
    const parents = owned.filter(parent => parent !== null)
    return { kind: 'domain', names: sortedUnique([...names, ...parents]), parents: sortedUnique(parents) }
  },
  latitude: constraint => ({
    statement:
      constraint.kind === 'domain' ? `any host below ${constraint.parents.length} registrable domains` : 'none',
    beyond: null,
  }),
}
