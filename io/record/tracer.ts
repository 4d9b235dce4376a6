/** What can be put beside a command to tell what its process tree does. */
export interface Tracer {
  readonly name: 'bpftrace' | 'strace'
  /** What goes before the command. */
  readonly prefix: readonly string[]
  commandStarted(pid: number | undefined): void
  /** The command has ended, or never began. */
  commandEnded(): void
  /** Resolves when there is nothing more to say. */
  readonly finished: Promise<void>
  /** Stops waiting for processes that outlive the command. */
  stop(): void
  losses(): readonly { readonly count: number | null; readonly detail: string }[]
  /** Milliseconds of processor time that the tracer took, at least; null: nobody saw it. */
  processorTime(): number | null
}
