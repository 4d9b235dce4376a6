#!/usr/bin/env node
/** The process around the command line: its streams, its colors, its exit code. */
import { isatty } from 'node:tty'
import { EXIT } from './io.ts'
import { run } from './program.ts'

// A reader that has seen enough closes the pipe: that is an end, not an error. A full disk is one.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(process.exitCode ?? EXIT.done)
  process.stderr.write(`error[output-failed]: cannot write: ${error.code ?? error.message} (standard output)\n`)
  process.exit(EXIT.usage)
})
// Whoever does not read what is said besides the answer still gets the answer.
process.stderr.on('error', () => undefined)

const { NO_COLOR = '', FORCE_COLOR = '' } = process.env
const terminal = isatty(1) && process.env.TERM !== 'dumb'

process.exitCode = await run(process.argv.slice(2), {
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  now: Date.now,
  isTTY: isatty(2),
  color: NO_COLOR === '' && (terminal || FORCE_COLOR !== ''),
})
