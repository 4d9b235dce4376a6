/** What is usual rests on counting a session's calls, or asks a person: no target here does either, and each says so. */
import type { Loss } from '../model/encoder.ts'
import type { DerivedPolicy } from '../model/policy.ts'
import type { Substrate } from '../model/substrate.ts'
import { concerns } from '../policy/usual.ts'

/** One loss per permission that has a bound: calls beyond it, which the policy reviews, are allowed there. */
export const usualLosses = (policy: DerivedPolicy, substrates: readonly Substrate[]): readonly Loss[] =>
  policy.permissions
    .filter(({ substrate }) => substrates.includes(substrate))
    .flatMap((permission): readonly Loss[] => {
      const bounds = (policy.usual?.bounds ?? []).filter(bound => concerns(bound, permission))
      if (bounds.length === 0) return []
      const signals = [...new Set(bounds.map(({ signal }) => signal))].sort()
      return [
        {
          code: 'usual-dropped',
          permission: permission.id,
          dimension: null,
          widens: true,
          narrows: false,
          detail: `not asked about there: unusual ${signals.join(', ')}`,
        },
      ]
    })
