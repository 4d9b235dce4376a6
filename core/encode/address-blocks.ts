/** Address blocks in the one spelling that Kubernetes accepts for each: network address, RFC 5952, its own family's length. */
import { type Address, parseAddress, parseBlock } from '../policy/addresses.ts'

/** IPv4 inside IPv6: one packet, two spellings. Kubernetes refuses it, and no rule would ever match it. */
const isMapped = ({ bits, width }: Address): boolean => width === 128 && bits >> 32n === 0xffffn

const longestZeros = (groups: readonly string[]): { readonly start: number; readonly length: number } => {
  let best = { start: -1, length: 1 }
  for (let start = 0; start < groups.length; start++) {
    let length = 0
    while (groups[start + length] === '0') length++
    if (length > best.length) best = { start, length }
  }
  return best
}

const render = ({ bits, width }: Address): string => {
  if (width === 32) return [24n, 16n, 8n, 0n].map(shift => String((bits >> shift) & 0xffn)).join('.')
  const groups = Array.from({ length: 8 }, (_, i) => ((bits >> BigInt(112 - 16 * i)) & 0xffffn).toString(16))
  const { start, length } = longestZeros(groups)
  if (start < 0) return groups.join(':')
  return `${groups.slice(0, start).join(':')}::${groups.slice(start + length).join(':')}`
}

/** `address/length` in canonical form; null for what is not a block or has an IPv4 address inside an IPv6 one. */
export const canonicalBlock = (text: string): string | null => {
  const block = parseBlock(text)
  if (block === null || isMapped(block.address)) return null
  const { address, length } = block
  const host = BigInt(address.width - length)
  return `${render({ bits: (address.bits >> host) << host, width: address.width })}/${length}`
}

/** The block of exactly one address (`/32` or `/128` by its family); null unless `text` is an address in canonical form. */
export const addressBlock = (text: string): string | null => {
  const address = parseAddress(text)
  return address === null || isMapped(address) || render(address) !== text ? null : `${text}/${address.width}`
}

type Block = NonNullable<ReturnType<typeof parseBlock>>

const blocksOf = (...texts: readonly string[]): readonly Block[] => texts.flatMap(text => parseBlock(text) ?? [])
const INTERNAL = blocksOf('10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10', 'fc00::/7')
const LOOPBACK = blocksOf('127.0.0.0/8', '::1/128')

const liesIn = (text: string, outer: readonly Block[]): boolean => {
  const block = parseBlock(text)
  if (block === null) return false
  const { address, length } = block
  return outer.some(around => {
    const shift = BigInt(around.address.width - around.length)
    return (
      around.address.width === address.width &&
      around.length <= length &&
      around.address.bits >> shift === address.bits >> shift
    )
  })
}

/** Whether a block or address lies in the ranges from which clusters take the addresses of pods, services and nodes. */
export const isInternalBlock = (text: string): boolean => liesIn(text, INTERNAL)

/** Whether a block or address lies in a host's own loopback. */
export const isLoopbackBlock = (text: string): boolean => liesIn(text, LOOPBACK)
