/**
 * What the receiver counts, in Prometheus' text format as prom-client writes it, in a registry of its own. INVARIANT: a label is a word of the program's own (a source, a code, a state),
 * never a value from evidence or a caller's name: whoever sends evidence cannot make series.
 */
import { Counter, Gauge, Histogram, Registry } from 'prom-client'
import type { Rejection } from '../../core/model/evidence.ts'
import { allLost, type Ledger } from '../../core/model/ledger.ts'
import type { Decoded } from '../../io/store/decoded.ts'
import type { Capacity } from './capacity.ts'
import type { RefusedCode } from './refused.ts'

export interface Metrics {
  readonly contentType: string
  received(records: readonly Decoded[]): void
  refused(source: string, code: RefusedCode): void
  bytes(wire: number, inflated: number): void
  answered(path: string, status: number): void
  appended(seconds: number, isWritten: boolean): void
  text(): Promise<string>
}

const APPEND_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]

/** `ledger`: of the store, as new as it is cheap; null: it cannot be had. */
export const createMetrics = (capacity: Capacity, ledger: () => Promise<Ledger | null>): Metrics => {
  const registry = new Registry()
  const registers = [registry]
  const counter = <Label extends string>(name: string, help: string, labelNames: readonly Label[]) =>
    new Counter({ name, help, labelNames, registers })
  const requests = counter('ambit_requests_total', 'Requests answered, by path and status', ['path', 'status'])
  const items = counter('ambit_received_items_total', 'Items that sources made of what was received', ['source'])
  const rejected = counter('ambit_rejected_items_total', 'Items that are no evidence, by reason', ['source', 'reason'])
  const refusals = counter('ambit_refused_requests_total', 'Requests with evidence that were not taken, by reason', [
    'source',
    'reason',
  ])
  const bytes = counter('ambit_received_bytes_total', 'Bytes of bodies, on the wire and inflated', ['form'])
  const append = new Histogram({
    name: 'ambit_append_seconds',
    help: 'Until the store had written a batch, or failed to',
    labelNames: ['result'],
    buckets: APPEND_SECONDS,
    registers,
  })
  new Gauge({
    name: 'ambit_in_flight',
    help: 'Requests and bytes that are held until they are stored',
    labelNames: ['what'],
    registers,
    collect() {
      const now = capacity.held()
      this.set({ what: 'requests' }, now.requests)
      this.set({ what: 'bytes' }, now.bytes)
    },
  })
  new Gauge({
    name: 'ambit_ledger_items',
    help: 'The ledger of the store, by state; NaN: an unknown number',
    labelNames: ['source', 'state'],
    registers,
    async collect() {
      for (const entry of (await ledger()) ?? []) {
        const { source, received, accepted, duplicate } = entry
        const refusedItems = Object.values(entry.rejected).reduce((sum, count) => sum + count, 0)
        this.set({ source, state: 'received' }, received)
        this.set({ source, state: 'accepted' }, accepted)
        this.set({ source, state: 'duplicate' }, duplicate)
        this.set({ source, state: 'rejected' }, refusedItems)
        this.set({ source, state: 'lost' }, allLost(entry) ?? Number.NaN)
      }
    },
  })

  const reject = (source: string, reason: Rejection): void => rejected.inc({ source, reason })
  return {
    contentType: registry.contentType,
    received: records => {
      for (const { source, items: decoded } of records) {
        items.inc({ source }, decoded.length)
        for (const item of decoded) if (item.kind === 'rejected') reject(source, item.reason)
      }
    },
    refused: (source, reason) => refusals.inc({ source, reason }),
    bytes: (wire, inflated) => {
      bytes.inc({ form: 'wire' }, wire)
      bytes.inc({ form: 'inflated' }, inflated)
    },
    answered: (path, status) => requests.inc({ path, status: String(status) }),
    appended: (seconds, isWritten) => append.observe({ result: isWritten ? 'written' : 'failed' }, seconds),
    text: () => registry.metrics(),
  }
}
