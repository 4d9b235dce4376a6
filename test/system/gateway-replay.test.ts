/**
 * Recorded sessions, benign and injected, as live calls through the real gateway: what it decides is what `ambit evaluate` says of
 * the recording, one by one. `npm run bench replay` does the same with every session of a data folder.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Agreement, agreementOf } from '../../bench/replay/agreement.ts'
import { recordedEvidence } from '../../bench/replay/recorded.ts'
import { type StubServer, startStub } from '../../bench/replay/stub-server.ts'
import { DEFAULT_DECISIONS, type Decisions } from '../../core/model/decisions.ts'
import { SIGNAL_NAMES } from '../../core/model/usual.ts'
import { createCollector, decodeRecord, derivePolicy, profileOf } from '../../core/pipeline.ts'
import { program } from './gateway.ts'

const CASE = join(import.meta.dirname, '..', 'cases', 'replay', 'mail-desk')
const records = (name: string): readonly unknown[] =>
  readFileSync(join(CASE, `${name}.otlp.jsonl`), 'utf8')
    .trimEnd()
    .split('\n')
    .map(line => JSON.parse(line))

const policyOf = (closure: Partial<Decisions['closure']>) => {
  const collector = createCollector()
  for (const record of records('window')) {
    const { source, items } = decodeRecord(record, { source: null, identities: new Map() })
    collector.add(source, items)
  }
  const { workloads, ledger } = collector.finish()
  const [workload] = workloads.values()
  if (workload === undefined) throw new Error('the window is empty')
  return derivePolicy(profileOf(workload, ledger), {
    ...DEFAULT_DECISIONS,
    closure: { ...DEFAULT_DECISIONS.closure, ...closure },
  })
}

const structural = policyOf({})
const probabilistic = policyOf({
  mode: { value: 'probabilistic', by: 'written' },
  sigma: { value: 2, by: 'written' },
  signals: { value: SIGNAL_NAMES, by: 'written' },
})
const recorded = recordedEvidence([...records('window'), ...records('later')])

let stub: StubServer
beforeAll(async () => {
  stub = await startStub()
})
afterAll(() => stub.close())

/** Speaks to the stub for a client on its standard streams. */
const bridge = (url: string) =>
  program(`
import { createInterface } from 'node:readline'
for await (const line of createInterface({ input: process.stdin })) {
  const headers = { 'content-type': 'application/json' }
  fetch(${JSON.stringify(url)}, { method: 'POST', headers, body: line })
    .then(answer => answer.text())
    .then(text => text === '' || process.stdout.write(text + '\\n'))
}
`)

/** Every session, every call, nothing different; and each verdict was among them, so that equal says something. */
const expectAgreement = (agreement: Agreement): void => {
  expect(agreement.differences).toEqual([])
  expect(agreement).toMatchObject({ sessions: 18, unsendable: 0, calls: 100, equal: 100 })
  for (const count of Object.values(agreement.verdicts)) expect(count).toBeGreaterThan(1)
}

describe('recorded sessions as live calls', { timeout: 240_000 }, () => {
  test('all of them run: each verdict is that of the recording', async () => {
    const before = stub.calls()
    const agreement = await agreementOf(structural, 'observe', recorded, stub)
    expectAgreement(agreement)
    expect(stub.calls() - before).toBe(agreement.calls)
    expect(agreement.stopped).toBe(0)
  })

  test('enforced: what is denied does not reach the server, and shows the session nothing', async () => {
    const before = stub.calls()
    const agreement = await agreementOf(structural, 'enforce', recorded, stub)
    expectAgreement(agreement)
    expect(agreement.stopped).toBe(agreement.verdicts.deny)
    expect(stub.calls() - before).toBe(agreement.calls - agreement.stopped)
    expect(agreement.held).toBeGreaterThan(0)
  })

  test('what is usual is counted live as it is in the recording', async () => {
    const agreement = await agreementOf(probabilistic, 'enforce', recorded, stub)
    expectAgreement(agreement)
    expect(agreement.codes.unusual).toBeGreaterThan(0)
  })

  test('with a server over standard streams', async () => {
    expectAgreement(await agreementOf(probabilistic, 'enforce', recorded, stub, bridge(stub.url)))
  })

  test('what differs is seen: the same calls before a server that answers nothing', async () => {
    const silent = new Map([...recorded.wires].map(([id, { args }]) => [id, { args, result: undefined }]))
    const { differences } = await agreementOf(structural, 'observe', { ...recorded, wires: silent }, stub)
    expect(differences.map(({ what }) => what)).toContain('decision')
  })
})
