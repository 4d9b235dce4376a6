/**
 * The lines of a log in order → what is wrong with them. As long as batches are as their seals say, nothing is remembered but where
 * the log stands; the lines of those that are not are kept, and diagnosed together at the end.
 */
import type { KeyObject } from 'node:crypto'
import type { Receipt } from '../../core/model/receipt.ts'
import type { BatchLine, DamagedBatch } from './batch-line.ts'
import { diagnose } from './diagnose.ts'
import { isSealedBy } from './dsse.ts'
import type { Finding, FindingCode } from './findings.ts'
import { HEAD_FORMAT, type Head } from './head.ts'
import { type ParsedLine, parseLine } from './parse-line.ts'

export interface WalkOptions {
  /** Public keys by fingerprint. */
  readonly keys: ReadonlyMap<string, KeyObject>
  /** Kept elsewhere; null where none is. */
  readonly head: Head | null
  /** Every record that reads as one, in the order of the files. */
  readonly onRecord: (receipt: Receipt, where: string) => void
}

export interface Walked {
  readonly findings: readonly Finding[]
  readonly records: number
  readonly seals: number
  /** Of the last record that a seal vouches for. */
  readonly head: Head | null
  /** Of the keys that values were digested with, as the seals name them. */
  readonly digestKeys: readonly string[]
}

export interface LogWalk {
  /** `isLast`: of the last segment. A line there that is not whole is a torn one. */
  line(bytes: Buffer, where: string, isWhole: boolean, isLast: boolean): void
  end(): Walked
}

/** Of a stranger's seal and an edited one, what they say must fit by itself. */
type Trust = 'known' | 'stranger' | 'edited'

type Seal = Extract<ParsedLine, { kind: 'seal' }>

/** Numbers that a damaged batch may lack before its seal is taken for no seal of ours. */
const MISSING_LIMIT = 1_000_000

/** Digest of the last of consecutive records that name each other; null where they do not. `before`: what the first must name. */
const endOfChain = (
  lines: readonly BatchLine[],
  first: number,
  log: string,
  before: string | null | undefined,
): string | null => {
  let [sequence, previous] = [first, before]
  for (const line of lines) {
    if (line.sequence !== sequence || line.log !== log) return null
    if (previous !== undefined && line.previous !== previous) return null
    ;[sequence, previous] = [sequence + 1, line.digest]
  }
  return previous ?? null
}

/** Numbers that a tail which no seal covers seems to have. */
const rangeOfTail = (lines: readonly BatchLine[], from: number): number =>
  lines.reduce(
    (to, { sequence }) => (sequence !== null && sequence <= from + 2 * lines.length ? Math.max(to, sequence) : to),
    from - 1,
  )

const besides = (kept: Head, own: Head | null, isSeen: boolean): Finding | null => {
  const beside = (code: FindingCode, detail: string): Finding => ({ code, where: null, records: null, detail })
  if (own === null) return beside('truncated', `nothing is left up to record ${kept.sequence}`)
  if (own.log !== kept.log) return beside('head-unlike', `the head is of log ${kept.log}`)
  if (own.sequence < kept.sequence)
    return beside('truncated', `ends at record ${own.sequence}, and the head is record ${kept.sequence}`)
  return isSeen ? null : beside('head-unlike', `record ${kept.sequence} is another one`)
}

export const createLogWalk = ({ keys, head: kept, onRecord }: WalkOptions): LogWalk => {
  const findings: Finding[] = []
  const damaged: DamagedBatch[] = []
  const gaps: { readonly from: number; readonly to: number; readonly where: string }[] = []
  const strangers = new Map<string, { count: number; readonly where: string }>()

  /** Where the log stands behind the last seal that was believed. */
  let log: string | null = null
  let sequence = 0
  let digest: string | null = null
  /** Digest of that seal; undefined where a seal was lost or edited since. */
  let seal: string | null | undefined = null
  /** Of the last record there. */
  let time = ''
  /** Since then there was a seal that cannot be believed: what waits is for the next one. */
  let isSealLost = false
  let pending: BatchLine[] = []
  let wasDamage = false
  let isTorn = false
  let [records, seals] = [0, 0]
  let isHeadSeen = false
  const digestKeys = new Set<string>()

  const find = (
    code: FindingCode,
    where: string | null,
    range: Finding['records'] = null,
    detail: string | null = null,
  ) => findings.push({ code, where, records: range, detail })

  const record = (receipt: Receipt, lineDigest: string, where: string): void => {
    records++
    onRecord(receipt, where)
    if (kept !== null && receipt.sequence === kept.sequence && lineDigest === kept.digest) isHeadSeen = true
    pending.push({
      sequence: receipt.sequence,
      digest: lineDigest,
      previous: receipt.previous,
      log: receipt.log,
      time: receipt.time,
      where,
    })
  }

  const trustOf = ({ envelope }: Seal, where: string): Trust => {
    const [{ keyid }] = envelope.signatures
    const key = keys.get(keyid)
    if (key !== undefined) {
      if (isSealedBy(envelope, key)) return 'known'
      find('signature-invalid', where)
      return 'edited'
    }
    if ([...keys.values()].some(one => isSealedBy(envelope, one))) {
      find('seal-edited', where, null, 'the key that it names is not the one that signed it')
      return 'edited'
    }
    const stranger = strangers.get(keyid)
    if (stranger === undefined) strangers.set(keyid, { count: 1, where })
    else stranger.count++
    return 'stranger'
  }

  const believe = ({ statement, digest: sealDigest }: Seal, isGenuine: boolean): void => {
    ;[log, sequence, digest] = [statement.log, statement.last + 1, statement.head]
    for (const one of pending) {
      if (one.sequence === null) continue
      // Canonical times are as long as each other, and their order is that of their text.
      if (one.time < time) find('time-backwards', one.where, [one.sequence, one.sequence])
      else time = one.time
    }
    seal = isGenuine ? sealDigest : undefined
    isSealLost = false
    pending = []
  }

  const loseSeal = (): void => {
    isSealLost = true
    seal = undefined
  }

  const chainsTo = ({ statement }: Seal, first: number, before: string | null | undefined): boolean =>
    pending.length === statement.last - first + 1 &&
    pending.length > 0 &&
    endOfChain(pending, first, statement.log, before) === statement.head

  /** A batch that is sound in itself, and does not go on where the log stands: what lies between is gone, or comes later. */
  const onElsewhere = (line: Seal, where: string): void => {
    const { first, last } = line.statement
    if (first > sequence) {
      gaps.push({ from: sequence, to: first - 1, where })
      believe(line, true)
      return
    }
    pending = []
    const at = gaps.findIndex(({ from, to }) => from <= first && last <= to)
    const [gap] = at < 0 ? [] : gaps.splice(at, 1)
    if (gap === undefined) {
      find('record-inserted', where, [first, last], 'a batch that is in the log already')
      return
    }
    if (gap.from < first) gaps.push({ ...gap, to: first - 1 })
    if (last < gap.to) gaps.push({ ...gap, from: last + 1 })
    find('record-reordered', where, [first, last])
  }

  /** An edited seal that fits says of the records what the true one said. */
  const onFitting = (line: Seal, trust: Trust, where: string): void => {
    const { first, previous } = line.statement
    const isNext = first === sequence && (seal === undefined || previous === seal)
    if (trust !== 'edited') {
      if (!isNext && !isSealLost) find('seal-missing', where, [sequence, first - 1])
      believe(line, true)
    } else if (first === sequence) believe(line, false)
    else loseSeal()
  }

  const onSeal = (line: Seal, where: string): void => {
    seals++
    digestKeys.add(line.statement.digestKey)
    const { statement } = line
    const trust = trustOf(line, where)
    const isOwn = log === null || statement.log === log
    const isWild = statement.last - sequence > pending.length + MISSING_LIMIT
    if (isOwn && chainsTo(line, sequence, digest)) onFitting(line, trust, where)
    else if (trust !== 'known' || isWild) loseSeal()
    else if (isOwn && chainsTo(line, statement.first, undefined)) onElsewhere(line, where)
    else if (!isOwn) {
      find('record-inserted', where, null, 'a batch of another log')
      pending = []
    } else if (statement.last < sequence)
      find('record-inserted', where, null, 'a seal of records that are in the log already')
    else {
      damaged.push({ from: sequence, to: statement.last, head: statement.head, log: statement.log, lines: pending })
      pending = []
      believe(line, true)
    }
  }

  const onDamage = (where: string, wasSeal: boolean): void => {
    if (wasSeal) {
      // Its other half, if it was split, is no record.
      if (wasDamage) pending = pending.slice(0, -1)
      find('seal-edited', where)
      loseSeal()
    } else if (!wasDamage) pending.push({ sequence: null, where })
    wasDamage = true
  }

  return {
    line: (bytes, where, isWhole, isLast) => {
      if (!isWhole && isLast) {
        isTorn = true
        find('torn-tail', where, null, `${bytes.length} bytes`)
        return
      }
      const parsed = isWhole
        ? parseLine(bytes)
        : ({ kind: 'malformed', wasSeal: parseLine(bytes).kind === 'seal' } as const)
      if (parsed.kind === 'malformed') onDamage(where, parsed.wasSeal)
      else wasDamage = false
      if (parsed.kind === 'record') record(parsed.receipt, parsed.digest, where)
      if (parsed.kind === 'seal') onSeal(parsed, where)
    },
    end: () => {
      const [first] = pending
      const own = log ?? (first !== undefined && first.sequence !== null ? first.log : '')
      if (first !== undefined && endOfChain(pending, sequence, own, digest) === null)
        damaged.push({ from: sequence, to: rangeOfTail(pending, sequence), head: null, log: own, lines: pending })
      if (first !== undefined && !isTorn && !isSealLost)
        find('unsealed-tail', first.where, null, `${pending.length} records`)
      for (const [keyid, { count, where }] of strangers) find('key-unknown', where, null, `${count} seals by ${keyid}`)
      for (const { from, to, where } of gaps) find('record-missing', where, [from, to])
      findings.push(...diagnose(damaged))
      const head: Head | null =
        log === null || digest === null ? null : { format: HEAD_FORMAT, log, sequence: sequence - 1, digest, time }
      const unlike = kept === null ? null : besides(kept, head, isHeadSeen)
      if (unlike !== null) findings.push(unlike)
      return { findings, records, seals, head, digestKeys: [...digestKeys] }
    },
  }
}
