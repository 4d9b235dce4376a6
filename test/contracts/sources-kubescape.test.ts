/** Kubescape's profiles carry no counts: however many there are of a workload, they pass no gate alone, and they confirm. */
import { expect, test } from 'vitest'
import { DEFAULT_DECISIONS } from '../../core/model/decisions.ts'
import { createCollector, decodeRecord, derivePolicy, profileOf } from '../../core/pipeline.ts'

const profile = (at: number): unknown => ({
  apiVersion: 'spdx.softwarecomposition.kubescape.io/v1beta1',
  kind: 'NetworkNeighborhood',
  metadata: {
    uid: `uid-${at}`,
    name: `replicaset-librarian-${at}`,
    creationTimestamp: `2026-01-${String(1 + (at % 28)).padStart(2, '0')}T00:00:00Z`,
    annotations: { 'kubescape.io/status': 'completed', 'kubescape.io/completion': 'complete' },
    labels: {
      'kubescape.io/workload-kind': 'Deployment',
      'kubescape.io/workload-name': 'librarian',
      'kubescape.io/workload-namespace': 'agents',
    },
  },
  spec: {
    containers: [
      { name: 'main', egress: [{ dnsNames: ['api.example.com.'], ports: [{ protocol: 'TCP', port: 443 }] }] },
    ],
  },
})

const connection = (at: number): unknown => ({
  process_connect: {
    process: {
      exec_id: `exec-${at}`,
      pod: { namespace: 'agents', name: 'x', workload: 'librarian', workload_kind: 'Deployment' },
    },
    destination_ip: '203.0.113.7',
    destination_port: 443,
    destination_names: ['api.example.com'],
    protocol: 'TCP',
  },
  time: `2026-01-0${1 + at}T00:00:00Z`,
})

const derived = (records: readonly unknown[]) => {
  const collector = createCollector()
  for (const record of records) {
    const { source, items } = decodeRecord(record, { source: null, identities: new Map() })
    collector.add(source, items)
  }
  const { workloads, ledger } = collector.finish()
  const evidence = workloads.get('agents/librarian')
  if (evidence === undefined) throw new Error('no evidence')
  expect(ledger.every(({ received, accepted }) => received === accepted)).toBe(true)
  return derivePolicy(profileOf(evidence, ledger), DEFAULT_DECISIONS)
}

const many = Array.from({ length: 200 }, (_, at) => profile(at))

test('two hundred profiles of a workload pass no gate', () => {
  const { permissions, withheld } = derived(many)
  expect(permissions).toEqual([])
  expect(withheld.length).toBeGreaterThan(0)
})

test('and stand beside the source that they confirm', () => {
  const { permissions } = derived([...many, ...[0, 1, 2, 3, 4, 5].map(connection)])
  expect(permissions.map(({ action, evidence }) => [action, evidence.sources])).toEqual([
    ['tcp/443', ['kubescape', 'tetragon']],
  ])
})
