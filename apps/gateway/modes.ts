/** Modes as they are written → as the enforcer reads them. */
import type { Modes } from '../../io/enforce/modes.ts'
import type { GatewayConfig } from './read-config.ts'

export const modesOf = ({ modes }: Pick<GatewayConfig, 'modes'>): Modes => ({
  default: modes.default,
  workloads: new Map(Object.entries(modes.workloads)),
  permissions: new Map(Object.entries(modes.permissions)),
  alertOnlyBelow: modes.alertOnlyBelow ?? null,
})
