/** Which tools changed in meaning since a policy was derived: told tool by tool, also by a gateway that has just started. */
import { describe, expect, test } from 'vitest'
import { catalogOf, createCatalogs } from '../../apps/gateway/catalog.ts'
import { digest } from '../../core/model/digest.ts'
import type { DerivedPolicy } from '../../core/model/policy.ts'
import { toolDeclarations } from '../../core/observe/tool-catalog.ts'
import { policyOf } from './policy-of.ts'

const tool = (name: string, properties: object = { text: { type: 'string' } }, more: object = {}) => ({
  name,
  description: 'does things',
  inputSchema: { type: 'object', properties },
  ...more,
})

/** Bound to these tools as evidence of `server` would bind it. */
const boundTo = (tools: readonly object[], server: string | null): DerivedPolicy => {
  const digests = toolDeclarations(tools, server)
    .map(each => digest(each))
    .sort()
  const policy = policyOf([{ substrate: 'tool', action: 'read_page' }])
  return { ...policy, validity: { ...policy.validity, catalogs: [digest(digests)], tools: digests } }
}

const USUAL = [tool('read_page'), tool('send_mail')]

describe.each(['pages', null])('evidence that names its server %s', server => {
  const policy = boundTo(USUAL, server)
  const compare = (tools: readonly object[]) => createCatalogs().compare(policy, [catalogOf(tools, 'pages')])

  test('what was only reworded, reordered or taken away is the same', () => {
    expect(compare(USUAL)).toEqual({ kind: 'same' })
    expect(compare([tool('send_mail'), { ...tool('read_page'), description: 'IMPORTANT: new words' }])).toEqual({
      kind: 'same',
    })
    expect(compare([tool('read_page')])).toEqual({ kind: 'same' })
  })

  test.each([
    ['another parameter', tool('send_mail', { text: { type: 'string' }, bcc: { type: 'string' } })],
    ['another type', tool('send_mail', { text: { type: 'number' } })],
    ['another annotation', tool('send_mail', undefined, { annotations: { destructiveHint: true } })],
  ])('%s touches that tool, and no other', (_, changed) => {
    const state = compare([tool('read_page'), changed])
    expect(state).toMatchObject({ kind: 'changed', detail: expect.stringContaining('send_mail') })
    expect(state.kind === 'changed' ? [...(state.tools ?? [])] : null).toEqual(['send_mail'])
  })

  test.each([
    ['last', (usual: object, other: object) => [other, usual]],
    ['first', (usual: object, other: object) => [usual, other]],
  ])('a tool that is listed twice, differently, touches it, also with the usual declaration %s', (_, listed) => {
    const other = tool('send_mail', { text: { type: 'string' }, bcc: { type: 'string' } })
    const state = compare([tool('read_page'), ...listed(tool('send_mail'), other)])
    expect(state.kind === 'changed' ? [...(state.tools ?? [])] : null).toEqual(['send_mail'])
    expect(compare([...USUAL, ...USUAL])).toEqual({ kind: 'same' })
  })

  test('a tool that came is one that nobody knew', () => {
    const state = compare([...USUAL, tool('wipe')])
    expect(state.kind === 'changed' ? [...(state.tools ?? [])] : null).toEqual(['wipe'])
  })
})

test('a policy that has the digest of the whole alone says that every tool may have changed', () => {
  const policy = boundTo(USUAL, null)
  const old = { ...policy, validity: { ...policy.validity, tools: [] } }
  expect(createCatalogs().compare(old, [catalogOf([...USUAL, tool('wipe')], 'pages')])).toMatchObject({
    kind: 'changed',
    tools: null,
  })
})

test('a server that does not answer is a change of everything', () => {
  expect(createCatalogs().compare(boundTo(USUAL, null), [null])).toMatchObject({ kind: 'changed', tools: null })
})
