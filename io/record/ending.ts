/** How a command that was run for somebody ended, and how to end the same way. */
export type Ending =
  | { readonly kind: 'exited'; readonly code: number }
  | { readonly kind: 'killed'; readonly signal: NodeJS.Signals }
  | { readonly kind: 'not-started'; readonly reason: string }

/** Dies of the same signal, so that whoever started this process learns what it would have learned. Else an exit code. */
export const endLike = (ending: Ending): number => {
  if (ending.kind === 'exited') return ending.code
  // As a shell says of a command that it cannot start.
  if (ending.kind === 'not-started') return 127
  process.kill(process.pid, ending.signal)
  return 1
}
