/** Streams that end before the program does: a reader that has seen enough, a disk that is full. */
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const PROGRAM = fileURLToPath(new URL('../../dist/apps/cli/main.js', import.meta.url))

/** `AMBIT` in the script is the built program. */
const shell = (script: string) => {
  const words = ['-c', script.replace('AMBIT', '"$0" "$1"'), process.execPath, PROGRAM]
  const { stdout, stderr } = spawnSync('/bin/sh', words)
  return { out: stdout.toString(), err: stderr.toString() }
}

test('a reader that closes the pipe is an end', () => {
  expect(shell('{ AMBIT schema policy; echo "code $?" >&2; } | head -n 1')).toEqual({ out: '{\n', err: 'code 0\n' })
})

// A device that is always full: Linux has one, and CI runs there.
test('what cannot be written is said, without a stack trace', () => {
  expect(shell('AMBIT schema policy > /dev/full; echo "code $?"')).toEqual({
    out: 'code 2\n',
    err: 'error[output-failed]: cannot write: ENOSPC (standard output)\n',
  })
  expect(shell('AMBIT explain --policy /nowhere 2> /dev/full; echo "code $?"')).toEqual({ out: 'code 2\n', err: '' })
})
