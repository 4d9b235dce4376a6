/**
 * Cases of the network and syscall encoders, as data: `test/cases/encode/<encoder>/<case>/case.yaml` has a policy in a
 * few fields, the verdicts of the written files and the losses; the files themselves lie beside it. `vitest -u` rewrites
 * those, and the difference is for a person to read.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import { ciliumEncoder } from '../../core/encode/cilium.ts'
import { networkPolicyEncoder } from '../../core/encode/network-policy.ts'
import { seccompEncoder } from '../../core/encode/seccomp.ts'
import type { Encoder } from '../../core/model/encoder.ts'
import type { DerivedPolicy } from '../../core/model/policy.ts'
import type { ActionRequest } from '../../core/model/request.ts'
import { emptyContext } from '../../core/policy/step.ts'
import { manifestOracle } from '../../io/oracle/manifest.ts'
import { type PermissionSketch, policyOf } from './policy-of.ts'

const ROOT = fileURLToPath(new URL('../cases/encode/', import.meta.url))
const ENCODERS: readonly Encoder[] = [networkPolicyEncoder, ciliumEncoder, seccompEncoder]

const texts = z.array(z.string()).default([])
const schema = z.strictObject({
  why: z.string(),
  policy: z.strictObject({
    workload: z.strictObject({ namespace: z.string(), name: z.string() }).optional(),
    base: z.strictObject({ dns: z.boolean(), processStartSeen: z.boolean() }).optional(),
    incomplete: z.custom<DerivedPolicy['coverage']['incomplete']>().optional(),
    permissions: z.custom<readonly PermissionSketch[]>(),
  }),
  verdicts: z.strictObject({ allow: texts, deny: texts, ungoverned: texts }),
  losses: texts,
})

const folders = (path: string): readonly string[] =>
  readdirSync(path, { withFileTypes: true })
    .filter(entry => entry.isDirectory())
    .map(entry => entry.name)
    .sort()

const policyIn = ({ permissions, incomplete, workload, base }: z.infer<typeof schema>['policy']): DerivedPolicy => {
  const policy = policyOf(permissions, { ...(workload && { workload }), ...(base && { base }) })
  if (incomplete === undefined) return policy
  return { ...policy, coverage: { ...policy.coverage, complete: false, incomplete } }
}

/** `tcp/443 api.example.com`, or the name of a system call. */
const requestOf = (text: string, substrate: 'network' | 'syscall'): ActionRequest => {
  const [action = '', destination = ''] = substrate === 'network' ? text.split(' ') : [text]
  const values = substrate === 'network' ? [{ dimension: 'network.destination', value: destination }] : []
  return { substrate, action, values, visibility: 'seen' }
}

const context = emptyContext({ request: false, results: false })

for (const encoder of ENCODERS) {
  const substrate = encoder.id === 'seccomp' ? 'syscall' : 'network'
  describe(`cases of ${encoder.id}`, () => {
    test.each(folders(`${ROOT}${encoder.id}`))('%s', async name => {
      const folder = `${ROOT}${encoder.id}/${name}/`
      const { policy, verdicts, losses } = schema.parse(parse(readFileSync(`${folder}case.yaml`, 'utf8')))
      const artifact = encoder.encode(policyIn(policy))
      const decide = (text: string) => encoder.decide(artifact, requestOf(text, substrate), context)
      expect(Object.fromEntries(verdicts.allow.map(text => [text, decide(text)]))).toEqual(
        Object.fromEntries(verdicts.allow.map(text => [text, 'allow'])),
      )
      expect(Object.fromEntries(verdicts.deny.map(text => [text, decide(text)]))).toEqual(
        Object.fromEntries(verdicts.deny.map(text => [text, 'deny'])),
      )
      expect(verdicts.ungoverned.map(decide)).toEqual(verdicts.ungoverned.map(() => null))
      expect(artifact.losses.map(({ code, permission }) => [code, permission ?? ''].join(' ').trim()).sort()).toEqual(
        [...losses].sort(),
      )
      const written = readdirSync(folder).filter(file => file !== 'case.yaml')
      if (artifact.files.length === 0) expect(written).toEqual([])
      for (const { name, content } of artifact.files) await expect(content).toMatchFileSnapshot(`${folder}${name}`)
      if (manifestOracle.encoders.includes(encoder.id)) {
        expect((await manifestOracle.check(artifact, [])).problems).toEqual([])
      }
    })
  })
}
