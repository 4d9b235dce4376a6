/** bpftrace where it may run, else strace, else nothing: what there is here, and why not the others. */
import { openBpftrace } from './bpftrace/open-bpftrace.ts'
import { openTracer as openStrace, tracerProblem } from './strace/tracer.ts'
import type { Tracer } from './tracer.ts'

const TRACERS: readonly Tracer['name'][] = ['bpftrace', 'strace']

export interface Opened {
  readonly tracer: Tracer | null
  /** Why those that come before it are not used. */
  readonly refused: readonly { readonly name: Tracer['name']; readonly why: string }[]
}

/** `wanted` null: the first that works. `onLine` is told strace's lines, or the like of them. */
export const openTracer = async (
  wanted: Tracer['name'] | null,
  directory: string,
  onLine: (line: string) => void,
): Promise<Opened> => {
  const refused: { readonly name: Tracer['name']; readonly why: string }[] = []
  for (const name of TRACERS) {
    if (wanted !== null && name !== wanted) continue
    const opened =
      name === 'bpftrace' ? await openBpftrace(directory, onLine) : (tracerProblem() ?? (await openStrace(onLine)))
    if (typeof opened !== 'string') return { tracer: opened, refused }
    refused.push({ name, why: opened })
  }
  return { tracer: null, refused }
}
