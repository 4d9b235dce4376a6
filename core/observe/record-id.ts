/** Records that bring no id of their own: what they say tells them apart. */
import { digest } from '../model/digest.ts'

/** Equal for equal records; `unidentified` where one is nested deeper than can be digested. */
export const recordId = (record: unknown): string => {
  try {
    return digest(record)
  } catch {
    return 'unidentified'
  }
}

/** A count as protobuf's JSON writes 64 bits: as text. Null where it is none. */
export const countOf = (value: unknown): number | null => {
  const count = typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : value
  return typeof count === 'number' && Number.isSafeInteger(count) && count >= 0 ? count : null
}
