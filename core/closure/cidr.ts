/** The network block around each address; IPv6 blocks are as much wider as its subnets are. */
import type { ClosureRule } from '../model/closure-rule.ts'
import { blockText, parseAddress } from '../policy/addresses.ts'
import { allStrings, sortedUnique } from './strings.ts'

/** IPv4 prefix length → the IPv6 one that names a comparable network: a subnet, a site. */
const IPV6_LENGTH: Readonly<Record<number, number>> = { 24: 64, 16: 48 }

export const cidr: ClosureRule = {
  id: 'cidr',
  summary: 'the network block of each observed address',
  types: ['ip'],
  parameters: [24, 16],
  gate: 'each',
  width: 20,
  close: (values, parameter) => {
    const length = parameter ?? 24
    const blocks = allStrings(values)?.map(text => {
      const address = parseAddress(text)
      if (address === null) return null
      return blockText(address, address.width === 32 ? length : (IPV6_LENGTH[length] ?? 128))
    })
    if (blocks === undefined || blocks.includes(null)) return null
    return { kind: 'cidr', blocks: sortedUnique(blocks.filter(block => block !== null)) }
  },
  latitude: (constraint, values) => {
    if (constraint.kind !== 'cidr') return { statement: 'none', beyond: 0 }
    const sizes = constraint.blocks.map(block => (block.includes(':') ? null : 2 ** (32 - Number(block.split('/')[1]))))
    const total = sizes.includes(null) ? null : sizes.reduce<number>((sum, size) => sum + (size ?? 0), 0)
    return {
      statement: `any address in ${constraint.blocks.join(', ')}`,
      beyond: total === null ? null : total - values.length,
    }
  },
}
