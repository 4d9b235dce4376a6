/** A process of somebody else → the processor time that it took, looked at now and then: what came after the last look is not in it. */
import { readFileSync } from 'node:fs'

/** Milliseconds: the kernel counts in hundredths of a second for programs, whatever it counts in itself. */
const TICK = 10
const LOOK = 100

/** Milliseconds in user and kernel mode; null: it is gone. */
const timeOf = (pid: number): number | null => {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The name stands in brackets and may hold anything.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return (Number(fields[11]) + Number(fields[12])) * TICK
  } catch {
    return null
  }
}

export interface ProcessorTime {
  look(): void
  stop(): void
  /** Milliseconds; null: it was never seen. */
  taken(): number | null
}

export const watchProcessorTime = (pid: number): ProcessorTime => {
  let taken = timeOf(pid)
  const look = (): void => {
    taken = timeOf(pid) ?? taken
  }
  const timer = setInterval(look, LOOK).unref()
  return { look, stop: () => clearInterval(timer), taken: () => taken }
}
