/** What a soak runs on: a policy derived from eight sessions made for it, keys, a gateway's configuration; where everything is kept. */
import { mkdirSync, mkdtempSync, realpathSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DEFAULT_DECISIONS } from '../../core/model/decisions.ts'
import { createCollector, decodeRecord, derivePolicy, profileOf } from '../../core/pipeline.ts'
import { writePolicy } from '../../io/policy-file/write-policy.ts'
import { generateKeys } from '../../io/receipts/generate-keys.ts'

export interface Place {
  readonly folder: string
  readonly config: string
  readonly policies: string
  readonly receipts: string
  readonly keys: string
}

const SESSIONS = 8
const HOUR = 3_600_000

const call = (from: number, session: number, place: number, tool: string, args: object) => {
  const start = BigInt(from + session * HOUR + place * 2_000) * 1_000_000n
  const text = (key: string, value: string) => ({ key, value: { stringValue: value } })
  return {
    traceId: String(session + 1).padStart(32, '0'),
    spanId: String(session * 100 + place + 1).padStart(16, '0'),
    name: `execute_tool ${tool}`,
    startTimeUnixNano: String(start),
    endTimeUnixNano: String(start + 500_000_000n),
    attributes: [
      text('gen_ai.conversation.id', `s${session}`),
      text('gen_ai.operation.name', 'execute_tool'),
      text('gen_ai.tool.name', tool),
      text('gen_ai.tool.call.arguments', JSON.stringify(args)),
    ],
  }
}

/** Everybody reads and takes notes; one session wrote a report: too little to allow, so it is for a person. */
const policyOf = (from: number) => {
  const attributes = [
    { key: 'k8s.namespace.name', value: { stringValue: 'soak' } },
    { key: 'k8s.deployment.name', value: { stringValue: 'agent' } },
  ]
  const collector = createCollector()
  for (let session = 0; session < SESSIONS; session++) {
    const spans = [0, 1, 2].map(place =>
      call(from, session, place, 'read_note', { note: `what session ${session} wrote down at step ${place}` }),
    )
    if (session === 0) spans.push(call(from, session, 3, 'write_report', { note: 'the report of the first session' }))
    const record = { resourceSpans: [{ resource: { attributes }, scopeSpans: [{ spans }] }] }
    const { source, items } = decodeRecord(record, { source: null, identities: new Map() })
    collector.add(source, items)
  }
  const { workloads, ledger } = collector.finish()
  const [workload] = workloads.values()
  if (workload === undefined) throw new Error('the sessions made for the soak hold no behavior')
  return derivePolicy(profileOf(workload, ledger), DEFAULT_DECISIONS)
}

/** `servers`: URLs by name; `now`: milliseconds since the epoch. */
export const newPlace = async (
  servers: Readonly<Record<string, string>>,
  sessions: number,
  now: number,
): Promise<Place> => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'ambit-soak-')))
  const below = (name: string): string => join(folder, name)
  const [policies, receipts, keys, config] = [
    below('policies'),
    below('receipts'),
    below('keys'),
    below('gateway.yaml'),
  ]
  mkdirSync(policies)
  writeFileSync(join(policies, 'policy.yaml'), writePolicy(policyOf(Math.floor(now / HOUR - 2 * SESSIONS) * HOUR)))
  const generated = await generateKeys(keys)
  if (!generated.ok) throw new Error(JSON.stringify(generated.problems))
  const { signingKey, digestKey } = generated.value
  const document = {
    policies,
    workload: 'soak/agent',
    servers: Object.fromEntries(Object.entries(servers).map(([name, url]) => [name, { url, server: '' }])),
    listen: { port: 0 },
    approvals: { withinSeconds: 2, atOnce: 100_000 },
    // The note of a call is its name: by it the receipts are held against what arrived at the servers.
    receipts: { folder: receipts, signingKey, digestKey, allows: true, keep: ['tool.args.note'] },
    limits: { sessions: 2 * sessions + 16 },
  }
  writeFileSync(config, JSON.stringify(document))
  return { folder, config, policies, receipts, keys }
}
