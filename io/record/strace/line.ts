/** One line of `strace -f -ttt -o FILE` → what it says. Names and quoting are strace's; nothing is interpreted here. */
import type { Micros } from '../../../core/model/observation.ts'

export type StraceLine = { readonly tid: number; readonly at: Micros } & (
  | { readonly kind: 'call'; readonly name: string; readonly text: string }
  /** The call goes on while others run; `text` is what of it was printed. */
  | { readonly kind: 'unfinished'; readonly name: string; readonly text: string }
  | { readonly kind: 'resumed'; readonly name: string; readonly text: string }
  /** An exec by a thread other than the first one goes on under the first one's id: told before, or afterwards. */
  | { readonly kind: 'renamed'; readonly name: string; readonly text: string; readonly to: number }
  | { readonly kind: 'superseded'; readonly by: number }
  | { readonly kind: 'exited' }
  | { readonly kind: 'signal' }
)

const HEAD = /^(\d+) +(\d+)\.(\d{6}) (.*)$/s
const CALL = /^(\w+)\((.*)$/s
const RESUMED = /^<\.\.\. (\w+) resumed>(.*)$/s
const UNFINISHED = / ?<(?:unfinished|detached|no return) ?\.\.\.>$/
const SUPERSEDED = /superseded by execve in pid (\d+)/
const RENAMED = / ?<pid changed to (\d+) \.\.\.>$/

/** Null: not a line that this knows how to read. */
export const parseLine = (line: string): StraceLine | null => {
  const head = HEAD.exec(line)
  if (head === null) return null
  const [, pid = '', seconds = '', micros = '', rest = ''] = head
  const base = { tid: Number(pid), at: Number(seconds) * 1_000_000 + Number(micros) }
  if (rest.startsWith('---')) return { ...base, kind: 'signal' }
  if (rest.startsWith('+++')) {
    const by = SUPERSEDED.exec(rest)?.[1]
    return by === undefined ? { ...base, kind: 'exited' } : { ...base, kind: 'superseded', by: Number(by) }
  }
  const resumed = RESUMED.exec(rest)
  if (resumed !== null) return { ...base, kind: 'resumed', name: resumed[1] ?? '', text: resumed[2] ?? '' }
  const call = CALL.exec(rest)
  if (call === null) return null
  const [, name = '', text = ''] = call
  const renamed = RENAMED.exec(text)
  if (renamed !== null)
    return { ...base, kind: 'renamed', name, text: text.slice(0, renamed.index), to: Number(renamed[1]) }
  const unfinished = UNFINISHED.exec(text)
  if (unfinished !== null) return { ...base, kind: 'unfinished', name, text: text.slice(0, unfinished.index) }
  return { ...base, kind: 'call', name, text }
}
