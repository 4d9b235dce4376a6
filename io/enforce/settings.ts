/**
 * What every enforcement point's configuration says alike, as schemas: what a verdict does, and what is written down. Paths are as
 * they are written; whoever reads the file makes them whole.
 */
import { z } from 'zod'
import { MODES } from '../../core/model/enforcement.ts'
import { workloadProblem } from '../../core/model/workload.ts'
import { ALERT_FORMATS } from '../export/alert-file.ts'
import type { Modes } from './modes.ts'

const path = z.string().min(1).max(4_096)
const text = z.string().max(65_536)
const mode = z.enum(MODES)

export const workloadText = z.string().refine(
  written => {
    const [namespace = '', name = '', ...rest] = written.split('/')
    return rest.length === 0 && workloadProblem({ namespace, name }) === null
  },
  { error: 'write it as `namespace/name`, of letters, digits, `.`, `_`, `-` and spaces' },
)

export const modesText = z
  .strictObject({
    default: mode.default('enforce'),
    workloads: z.record(workloadText, mode).default({}),
    permissions: z.record(text, mode).default({}).describe('By the id of a permission, e.g. `tool/read_file`'),
    alertOnlyBelow: z
      .strictObject({ witnesses: z.int().min(0).default(0), sessions: z.int().min(0).default(0) })
      .optional()
      .describe('Permissions with less evidence than this are never enforced harder than alert-only'),
  })
  .prefault({})

export const receiptsText = z.strictObject({
  folder: path,
  signingKey: path.describe('Ed25519 private key, PEM'),
  digestKey: path.describe('At least 32 random bytes'),
  allows: z.boolean().default(false).describe('Also what is allowed plainly'),
  keep: z.array(text).default([]).describe('Dimensions whose values may be kept in the clear, secrets excepted'),
  hide: z.array(text).default([]).describe('Dimensions of which nothing is kept'),
})

export type ReceiptsText = z.output<typeof receiptsText>

export const alertsText = z
  .strictObject({
    file: path.optional().describe('Alerts are appended to it, a line each, beside the log and the receipts'),
    format: z
      .enum(ALERT_FORMATS)
      .default('jsonl')
      .describe('Of the lines: OCSF findings, OpenTelemetry logs, or plain'),
  })
  .describe('Whether what is not allowed becomes alerts as it comes')

export type AlertsText = z.output<typeof alertsText>

/** Modes as they are written → as the enforcer reads them. */
export const modesOf = (modes: z.output<typeof modesText>): Modes => ({
  default: modes.default,
  workloads: new Map(Object.entries(modes.workloads)),
  permissions: new Map(Object.entries(modes.permissions)),
  alertOnlyBelow: modes.alertOnlyBelow ?? null,
})
