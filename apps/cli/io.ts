/** What a command may touch of the process that it runs in; tests hand in their own. */

export interface Sink {
  write(text: string): void
}

export interface Io {
  readonly stdin: AsyncIterable<Uint8Array>
  readonly stdout: Sink
  readonly stderr: Sink
  /** Milliseconds since the epoch. */
  readonly now: () => number
  /** Whether standard error is a terminal: progress is shown there, and only there. */
  readonly isTTY: boolean
  readonly color: boolean
}

/** What scripts may rely on. */
export const EXIT = {
  done: 0,
  /** Verification failed, or a difference widens. */
  no: 1,
  /** The command line, or a file that it names, is wrong, or cannot be read or written. */
  usage: 2,
  /** Nothing of the input could be accepted, or nothing of it puts a claim to the test. */
  nothing: 3,
} as const
export type ExitCode = (typeof EXIT)[keyof typeof EXIT]
