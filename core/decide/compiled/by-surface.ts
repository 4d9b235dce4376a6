/** Entries by substrate, then action: two look-ups, and no key that a hostile name could forge. */
import { SUBSTRATES, type Substrate } from '../../model/substrate.ts'

export interface BySurface<Entry> {
  readonly get: (substrate: Substrate, action: string) => Entry | undefined
}

/** All entries of one surface together, in the order of the list. */
export const bySurface = <From extends { readonly substrate: Substrate; readonly action: string }, Entry>(
  list: readonly From[],
  entryOf: (from: readonly From[]) => Entry,
): BySurface<Entry> => {
  const grouped = new Map<Substrate, Map<string, From[]>>(SUBSTRATES.map(substrate => [substrate, new Map()]))
  for (const from of list) {
    const actions = grouped.get(from.substrate)
    const known = actions?.get(from.action)
    if (known === undefined) actions?.set(from.action, [from])
    else known.push(from)
  }
  const entries = new Map(
    [...grouped].map(([substrate, actions]) => [
      substrate,
      new Map([...actions].map(([action, all]) => [action, entryOf(all)])),
    ]),
  )
  return { get: (substrate, action) => entries.get(substrate)?.get(action) }
}
