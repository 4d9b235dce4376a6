/** The numbered streams of a source → why they make the evidence incomplete. */
import { missingOf, type SourceLedger } from '../model/ledger.ts'
import type { IncompleteCode } from '../model/policy.ts'

const count = (number: number, one: string): string => `${number} ${one}${number === 1 ? '' : 's'}`

export const streamLosses = ({
  source,
  streams,
}: SourceLedger): readonly { readonly code: IncompleteCode; readonly detail: string }[] => {
  if (streams === undefined) return []
  const { unbalanced, more } = streams
  const gaps = unbalanced.filter(stream => missingOf(stream) > 0)
  const missing = gaps.reduce((sum, stream) => sum + missingOf(stream), 0)
  const open = unbalanced.filter(({ end, last }) => end !== last).length
  const reused = unbalanced.filter(stream => stream.reused).length
  const found: { code: IncompleteCode; detail: string }[] = []
  if (gaps.length > 0)
    found.push({
      code: 'sequence-gap',
      detail: `${source}: ${count(missing, 'record')} of ${count(gaps.length, 'stream')}`,
    })
  if (open > 0) found.push({ code: 'stream-open', detail: `${source}: ${count(open, 'stream')}` })
  if (reused > 0) found.push({ code: 'stream-contradicts', detail: `${source}: ${count(reused, 'stream')}` })
  if (more > 0)
    found.push({ code: 'sequence-gap', detail: `${source}: unknown number of ${count(more, 'more stream')}` })
  return found
}
