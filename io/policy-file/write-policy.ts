/**
 * Derived policy → the text of `policy.yaml`. The same policy gives the same bytes, and any YAML reader, also one of
 * version 1.1, and any terminal reads from them what is in the policy: text that could be taken for something else is
 * quoted, and nothing invisible is written as itself.
 */
import { Document, type ScalarTag, type Tags } from 'yaml'
import type { DerivedPolicy } from '../../core/model/policy.ts'
import { workloadKey } from '../../core/model/workload.ts'
import { decisionsInWords } from './decisions-in-words.ts'

/** Words that no version of YAML takes for anything but text. */
const PLAIN = /^(?:(?!(?:y|n|yes|no|on|off|true|false|null)$)[a-z][a-z_-]*|sha256:[0-9a-f]{64}|ambit\.policy\/v1)$/i

/** Controls, format and direction marks, separators, invisible spaces: only ever in double quotes, so escapes hold. */
const INVISIBLE = /(?![\n ])[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Z}]/gu
const escaped = (character: string): string => {
  const code = (character.codePointAt(0) ?? 0).toString(16)
  return code.length > 4 ? `\\U${code.padStart(8, '0')}` : `\\u${code.padStart(4, '0')}`
}

/** The fields in the order in which a person reads them; format, digest, workload and decisions first. */
const ordered = (policy: DerivedPolicy): DerivedPolicy => ({
  format: policy.format,
  digest: policy.digest,
  workload: policy.workload,
  decisions: policy.decisions,
  thresholds: policy.thresholds,
  bounds: policy.bounds,
  permissions: policy.permissions,
  envelopes: policy.envelopes,
  withheld: policy.withheld,
  usual: policy.usual,
  expected: policy.expected,
  overGrant: policy.overGrant,
  coverage: policy.coverage,
  validity: policy.validity,
  blindTo: policy.blindTo,
  base: policy.base,
})

const header = (policy: DerivedPolicy): string =>
  [
    `derived policy of ${workloadKey(policy.workload)}`,
    policy.digest,
    ...decisionsInWords(policy.decisions),
    'an edited policy no longer matches its digest and is refused: edit ambit.yaml and derive again',
  ]
    .map(line => `# ${line}\n`)
    .join('')

/** Text as itself, or in double quotes as JSON has it. */
const TEXT: ScalarTag = {
  tag: 'tag:yaml.org,2002:str',
  default: true,
  identify: value => typeof value === 'string',
  resolve: text => text,
  stringify: ({ value }) => {
    const text = String(value)
    return PLAIN.test(text) ? text : JSON.stringify(text)
  },
}

const withText = (tags: Tags): Tags => [TEXT, ...tags.filter(tag => typeof tag === 'string' || tag.tag !== TEXT.tag)]

export const writePolicy = (policy: DerivedPolicy): string => {
  const document = new Document(ordered(policy), { aliasDuplicateObjects: false, customTags: withText })
  const body = document.toString({ lineWidth: 0, minContentWidth: 0 })
  return header(policy) + body.replace(INVISIBLE, escaped)
}
