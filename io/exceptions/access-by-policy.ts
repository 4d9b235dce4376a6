/** What an action does to the world: by the workload's policy, which a person has read, else by what is known without one. */
import type { Access } from '../../core/model/decisions.ts'
import type { DerivedPolicy } from '../../core/model/policy.ts'
import type { Substrate } from '../../core/model/substrate.ts'
import type { ExceptionLimits } from './exception-problems.ts'

export const accessByPolicy =
  (
    policyOf: (workload: string) => DerivedPolicy | null,
    otherwise: (substrate: Substrate, action: string) => Access,
  ): ExceptionLimits['accessOf'] =>
  (workload, substrate, action) =>
    policyOf(workload)?.permissions.find(one => one.substrate === substrate && one.action === action)?.access.value ??
    otherwise(substrate, action)
