/** Blocks of addresses → whether an address lies in one of them: the blocks as numbers, one look-up per length of a block. */
import { parseAddress, parseBlock } from '../../policy/addresses.ts'

const [ZERO, NINE, DOT] = [48, 57, 46]
/** `255.255.255.255`, and the longest IPv6 address with an IPv4 address at its end. */
const LONGEST = { four: 15, six: 45 }

/** The 32 bits of a dotted IPv4 address, or -1: as strict as `policy/addresses`, and without a copy of any part. */
const bitsOf4 = (text: string): number => {
  if (text.length > LONGEST.four) return -1
  let bits = 0
  let [part, digits, parts] = [0, 0, 1]
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code >= ZERO && code <= NINE) {
      if (digits > 0 && part === 0) return -1
      part = part * 10 + code - ZERO
      digits++
      if (part > 255) return -1
    } else if (code === DOT && digits > 0) {
      bits = bits * 256 + part
      part = 0
      digits = 0
      parts++
    } else return -1
  }
  return parts === 4 && digits > 0 ? bits * 256 + part : -1
}

interface Row4 {
  readonly size: number
  readonly starts: ReadonlySet<number>
}
interface Row6 {
  readonly shift: bigint
  readonly starts: ReadonlySet<bigint>
}

const rowsOf = <Key, Start>(entries: readonly (readonly [Key, Start])[]): readonly (readonly [Key, Set<Start>])[] => {
  const rows = new Map<Key, Set<Start>>()
  for (const [key, start] of entries) {
    const row = rows.get(key)
    if (row === undefined) rows.set(key, new Set([start]))
    else row.add(start)
  }
  return [...rows]
}

export const inOneBlock = (blocks: readonly string[]): ((text: string) => boolean) => {
  const parsed = blocks.flatMap(block => parseBlock(block) ?? [])
  const four = parsed.flatMap(({ address, length }) => {
    const size = 2 ** (32 - length)
    return address.width === 32 ? [[size, Math.floor(Number(address.bits) / size)] as const] : []
  })
  const six = parsed.flatMap(({ address, length }) => {
    const shift = BigInt(128 - length)
    return address.width === 128 ? [[shift, address.bits >> shift] as const] : []
  })
  const rows4 = rowsOf(four).map(([size, starts]): Row4 => ({ size, starts }))
  const rows6 = rowsOf(six).map(([shift, starts]): Row6 => ({ shift, starts }))
  return text => {
    const bits = bitsOf4(text)
    if (bits >= 0) {
      for (const { size, starts } of rows4) if (starts.has(Math.floor(bits / size))) return true
      return false
    }
    if (rows6.length === 0 || text.length > LONGEST.six || !text.includes(':')) return false
    const address = parseAddress(text)
    return address !== null && rows6.some(({ shift, starts }) => starts.has(address.bits >> shift))
  }
}
