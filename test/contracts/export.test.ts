/** What leaves as OCSF is valid by the published schema; what leaves as OTLP is read by OpenTelemetry's own message types. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import root from '@opentelemetry/otlp-transformer/build/src/generated/root.js'
import Ajv from 'ajv/dist/2020.js'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import type { Alert } from '../../core/model/alert.ts'
import { microsOfRfc3339 } from '../../core/model/rfc3339.ts'
import { createDetector } from '../../core/pipeline.ts'
import { OCSF_VERSION, ocsfFinding } from '../../io/export/ocsf.ts'
import { otelLogs } from '../../io/export/otel-logs.ts'
import { HOSTILE } from './arbitrary-constraint.ts'
import { deviation, HOUR, noted, START } from './noted.ts'
import { policyOf } from './policy-of.ts'

const POLICY = policyOf([
  { substrate: 'tool', action: 'send_money', allow: { 'tool.args.recipient': { kind: 'none' } } },
])

const text = fc.oneof(fc.constantFrom(...HOSTILE), fc.string({ unit: 'binary' }))

/** Alerts as a detector makes them, new ones and updates, with hostile text in every field that a text reaches. */
const arbitraryAlerts: fc.Arbitrary<readonly Alert[]> = fc
  .array(
    fc.record({
      id: text,
      witness: text,
      action: text,
      dimension: text,
      value: fc.oneof(text, fc.integer(), fc.double(), fc.boolean(), fc.constant(null)),
      isSurface: fc.boolean(),
    }),
    { minLength: 1, maxLength: 12 },
  )
  .map(list => {
    const detector = createDetector(POLICY)
    return list.flatMap(({ dimension, value, isSurface, ...rest }, index) => {
      const deviations = isSurface ? [] : [{ ...deviation(value), dimension }]
      const one = noted({
        ...rest,
        at: START + index * HOUR,
        deviations,
        code: isSurface ? 'surface-unknown' : 'value-denied',
      })
      return [...detector.note(one), ...detector.note(one)]
    })
  })

describe('OCSF', () => {
  // Detection Finding of OCSF 1.8.0 as JSON Schema, made from the published schema by the package ocsf-json-schema 1.2.0 (PyPI);
  // titles left out. OCSF is under the Apache License 2.0.
  const file = join(import.meta.dirname, '..', 'cases', 'export', `ocsf-${OCSF_VERSION}-detection-finding.schema.json`)
  const schema: object = JSON.parse(readFileSync(file, 'utf8'))
  const validate = new Ajv.default({ strict: false, allErrors: true }).compile(schema)

  test('every alert is a valid Detection Finding, and nothing of it is lost', () => {
    fc.assert(
      fc.property(arbitraryAlerts, alerts => {
        for (const alert of alerts) {
          const finding: Record<string, unknown> = JSON.parse(JSON.stringify(ocsfFinding(alert, '0.1.0')))
          validate(finding)
          expect(validate.errors ?? []).toEqual([])
          expect(finding).toMatchObject({
            class_uid: 2004,
            type_uid: alert.revision === 0 ? 200401 : 200402,
            count: alert.evidence.count,
            finding_info: { uid: alert.id, types: [alert.kind] },
            unmapped: {
              permission: alert.permission,
              dimension: alert.dimension,
              rule: alert.rule,
              allowed: alert.allowed,
              pattern: alert.continuity.pattern,
            },
          })
        }
      }),
    )
  })

  test('the schema can say no', () => {
    const [alert] = createDetector(POLICY).note(noted())
    const finding = alert === undefined ? {} : ocsfFinding(alert, '0.1.0')
    for (const wrong of [
      { class_uid: 2001 },
      { severity_id: 'high' },
      { finding_info: {} },
      { extra: 1 },
      { metadata: {} },
    ])
      expect(validate({ ...finding, ...wrong })).toBe(false)
  })
})

/** Message types as protobufjs generates them. */
const MESSAGES = z.object({
  opentelemetry: z.object({
    proto: z.object({
      collector: z.object({
        logs: z.object({
          v1: z.object({
            ExportLogsServiceRequest: z.custom<{
              verify(message: unknown): string | null
              fromObject(message: unknown): unknown
              toObject(message: unknown, options: object): unknown
              encode(message: unknown): { finish(): Uint8Array }
              decode(bytes: Uint8Array): unknown
            }>(value => typeof value === 'function'),
          }),
        }),
      }),
    }),
  }),
})

describe('OTLP logs', () => {
  const Request = MESSAGES.parse(root).opentelemetry.proto.collector.logs.v1.ExportLogsServiceRequest
  test('every request is read whole: what is encoded and decoded again is what was written', () => {
    fc.assert(
      fc.property(arbitraryAlerts, alerts => {
        const written: unknown = JSON.parse(JSON.stringify(otelLogs(alerts, START + HOUR, '0.1.0')))
        const message = Request.fromObject(written)
        expect(Request.verify(message)).toBeNull()
        const read = Request.toObject(Request.decode(Request.encode(message).finish()), {
          longs: String,
          enums: Number,
        })
        expect(read).toEqual(written)
      }),
    )
  })

  test('one resource for each workload, times in nanoseconds as text, and no null', () => {
    const [alert] = createDetector(POLICY).note(noted())
    if (alert === undefined) throw new Error('no alert')
    const other = { ...alert, workload: 'agents/other' }
    const written = JSON.stringify(otelLogs([alert, other, alert], START, '0.1.0'))
    expect(written).not.toContain('null')
    const nanos = `${microsOfRfc3339(alert.evidence.lastSeen)}000`
    expect(JSON.parse(written)).toMatchObject({
      resourceLogs: [
        {
          resource: { attributes: [{ key: 'service.namespace', value: { stringValue: 'research' } }, {}] },
          scopeLogs: [{ logRecords: [{ timeUnixNano: nanos, severityNumber: 13, eventName: 'ambit.alert' }, {}] }],
        },
        { scopeLogs: [{ logRecords: [{}] }] },
      ],
    })
  })
})
