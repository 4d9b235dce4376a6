/** Which mode holds for a decision: the permission's own, else alert-only where its evidence is thin, else the policy's. */
import type { Mode } from '../../core/model/enforcement.ts'
import type { DerivedPolicy } from '../../core/model/policy.ts'
import type { ActionRequest } from '../../core/model/request.ts'
import type { Decision } from '../../core/model/verdict.ts'

export interface Modes {
  readonly default: Mode
  /** By `namespace/name`: instead of the default for this workload. */
  readonly workloads: ReadonlyMap<string, Mode>
  /** By permission id; for what no permission covers by `<substrate>/<action>`. */
  readonly permissions: ReadonlyMap<string, Mode>
  /** Permissions with less evidence than this are never enforced harder than alert-only; null: they are. */
  readonly alertOnlyBelow: { readonly witnesses: number; readonly sessions: number } | null
}

export const ENFORCE: Modes = {
  default: 'enforce',
  workloads: new Map(),
  permissions: new Map(),
  alertOnlyBelow: null,
}

const isThin = (modes: Modes, policy: DerivedPolicy | null, permission: string | null): boolean => {
  if (modes.alertOnlyBelow === null || policy === null || permission === null) return false
  const evidence = policy.permissions.find(({ id }) => id === permission)?.evidence
  if (evidence === undefined) return false
  const { witnesses, sessions } = modes.alertOnlyBelow
  return evidence.witnesses < witnesses || evidence.sessions < sessions
}

export const modeOf = (
  modes: Modes,
  workload: string,
  policy: DerivedPolicy | null,
  { substrate, action }: Pick<ActionRequest, 'substrate' | 'action'>,
  decision: Decision,
): Mode => {
  const written = modes.permissions.get(decision.permission ?? `${substrate}/${action}`)
  if (written !== undefined) return written
  const mode = modes.workloads.get(workload) ?? modes.default
  return mode === 'enforce' && isThin(modes, policy, decision.permission) ? 'alert-only' : mode
}
