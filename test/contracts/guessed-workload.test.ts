/** A workload that only the shape of a pod's name tells is marked as a guess; what an owner, a label or a person says is not. */
import { expect, test } from 'vitest'
import { decodeRecord } from '../../core/pipeline.ts'

const connect = (pod: object): unknown => ({
  process_connect: {
    process: { exec_id: 'e', pod: { namespace: 'agents', ...pod } },
    destination_ip: '203.0.113.7',
    destination_port: 443,
    protocol: 'TCP',
  },
  time: '2026-01-01T00:00:00Z',
})

const told = (pod: object) => {
  const [item] = decodeRecord(connect(pod), { source: null, identities: new Map() }).items
  return item?.kind === 'observation' ? [item.observation.workload.name, item.observation.guessed === true] : null
}

test.each([
  ['an owner', { name: 'web-6f87496b94-qdlh8', workload: 'web', workload_kind: 'Deployment' }, ['web', false]],
  [
    'a template hash',
    { name: 'web-6f87496b94-qdlh8', pod_labels: { 'pod-template-hash': '6f87496b94' } },
    ['web', false],
  ],
  ['a name like a ReplicaSet’s', { name: 'web-6f87496b94-qdlh8' }, ['web', true]],
  ['a pod that no controller made', { name: 'web-by-hand' }, ['web-by-hand', false]],
])('%s', (_name, pod, expected) => {
  expect(told(pod)).toEqual(expected)
})
