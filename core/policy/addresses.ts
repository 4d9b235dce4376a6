/** IPv4 and IPv6 addresses and blocks as bit strings, strict: no octal, no shorthand, no zone. */

export interface Address {
  readonly bits: bigint
  readonly width: 32 | 128
}

const parse4 = (text: string): bigint | null => {
  const parts = text.split('.')
  if (parts.length !== 4) return null
  let bits = 0n
  for (const part of parts) {
    if (!/^(?:0|[1-9]\d{0,2})$/.test(part) || Number(part) > 255) return null
    bits = (bits << 8n) | BigInt(part)
  }
  return bits
}

const parseGroups = (text: string): readonly bigint[] | null => {
  if (text === '') return []
  const groups: bigint[] = []
  const parts = text.split(':')
  for (const [index, part] of parts.entries()) {
    if (part.includes('.')) {
      const tail = index === parts.length - 1 ? parse4(part) : null
      if (tail === null) return null
      groups.push(tail >> 16n, tail & 0xffffn)
    } else if (/^[0-9a-fA-F]{1,4}$/.test(part)) {
      groups.push(BigInt(`0x${part}`))
    } else return null
  }
  return groups
}

const parse6 = (text: string): bigint | null => {
  const halves = text.split('::')
  if (halves.length > 2 || text.length > 45) return null
  const head = parseGroups(halves[0] ?? '')
  const tail = halves.length === 2 ? parseGroups(halves[1] ?? '') : []
  if (head === null || tail === null) return null
  const missing = 8 - head.length - tail.length
  if (halves.length === 2 ? missing < 1 : missing !== 0) return null
  const zeros = Array.from({ length: missing }, () => 0n)
  return [...head, ...zeros, ...tail].reduce((bits, group) => (bits << 16n) | group, 0n)
}

/** Null where the text is not an address. */
export const parseAddress = (text: string): Address | null => {
  const four = parse4(text)
  if (four !== null) return { bits: four, width: 32 }
  const six = text.includes(':') ? parse6(text) : null
  return six === null ? null : { bits: six, width: 128 }
}

/** A block `address/length`; null where it is not one. Bits below the length are ignored. */
export const parseBlock = (text: string): { readonly address: Address; readonly length: number } | null => {
  const slash = text.indexOf('/')
  const address = parseAddress(slash < 0 ? text : text.slice(0, slash))
  if (address === null) return null
  const suffix = slash < 0 ? String(address.width) : text.slice(slash + 1)
  if (!/^\d{1,3}$/.test(suffix) || Number(suffix) > address.width) return null
  return { address, length: Number(suffix) }
}

export const blockContains = (block: string, text: string): boolean => {
  const within = parseBlock(block)
  const address = parseAddress(text)
  if (within === null || address === null || within.address.width !== address.width) return false
  const shift = BigInt(address.width - within.length)
  return within.address.bits >> shift === address.bits >> shift
}

const text4 = (bits: bigint): string => [24n, 16n, 8n, 0n].map(shift => String((bits >> shift) & 0xffn)).join('.')

const text6 = (bits: bigint): string =>
  Array.from({ length: 8 }, (_, index) => ((bits >> BigInt(112 - 16 * index)) & 0xffffn).toString(16)).join(':')

/** The block of this length around an address, with the bits below it zero: `10.1.2.0/24`. */
export const blockText = ({ bits, width }: Address, length: number): string => {
  const shift = BigInt(width - length)
  const base = (bits >> shift) << shift
  return `${width === 32 ? text4(base) : text6(base)}/${length}`
}
