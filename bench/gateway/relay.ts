/**
 * A pass-through proxy of one MCP server over standard streams, to measure others against. `lines`: each line as it came; `messages`:
 * each read and written again, as a proxy must that looks at what it passes. Nothing else: no ids, no bounds, no back-pressure.
 *
 *   node relay.js lines|messages COMMAND ARGUMENT…
 */
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'

const [manner, command = '', ...args] = process.argv.slice(2)
const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'ignore'] })

const pass = (from: Readable, to: Writable): void => {
  if (manner === 'lines') {
    from.pipe(to)
    return
  }
  createInterface({ input: from, crlfDelay: Number.POSITIVE_INFINITY })
    .on('line', line => to.write(`${JSON.stringify(JSON.parse(line))}\n`))
    .on('close', () => to.end())
}

pass(process.stdin, child.stdin)
pass(child.stdout, process.stdout)
child.once('exit', () => process.exit())
