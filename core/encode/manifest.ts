/** Kubernetes manifest ↔ YAML text. Strings are quoted wherever YAML could take them for something else. */
import { parse, stringify } from 'yaml'
import type { DerivedPolicy } from '../model/policy.ts'
import { workloadKey } from '../model/workload.ts'

/** The policy that a manifest was written from, for whoever finds it in a cluster. */
export const provenance = (policy: DerivedPolicy): Readonly<Record<string, string>> => ({
  'ambit.policy/digest': policy.digest,
  'ambit.policy/workload': workloadKey(policy.workload),
})

/** @param head comment lines of ours; what they quote has passed `k8s-names`. */
export const writeManifest = (head: readonly string[], manifest: object): string => {
  const comment = head.map(line => `# ${line}\n`).join('')
  return comment + stringify(manifest, { lineWidth: 0, aliasDuplicateObjects: false, defaultStringType: 'PLAIN' })
}

/** The parsed document, or null where the text is not one YAML document. Aliases are refused: we never write any. */
export const readManifest = (text: string): unknown => {
  try {
    return parse(text, { maxAliasCount: 0 })
  } catch {
    return null
  }
}
