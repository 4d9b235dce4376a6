/**
 * Hashed names ↔ text: doubles, little-endian, in base64. A session has read thousands, and as decimals they cost more to write than all
 * that it did.
 */
export type PackedNames = string

export const packNames = (names: readonly number[]): PackedNames => {
  const bytes = Buffer.allocUnsafe(8 * names.length)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let at = 0
  for (const name of names) {
    view.setFloat64(at, name, true)
    at += 8
  }
  return bytes.toString('base64')
}

export const unpackNames = (packed: PackedNames): readonly number[] => {
  const bytes = Buffer.from(packed, 'base64')
  const names: number[] = []
  for (let at = 0; at + 8 <= bytes.length; at += 8) names.push(bytes.readDoubleLE(at))
  return names
}
