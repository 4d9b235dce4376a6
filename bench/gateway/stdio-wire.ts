/** A command → one MCP session over its standard streams, begun where its version begins one. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { type Asked, type Era, HELLO, INITIALIZED, request, type Wire } from './rpc.ts'

export const stdioWire = async ([command = '', ...args]: readonly string[], era: Era = 'legacy'): Promise<Wire> => {
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'ignore'] })
  let parts: string[] = []
  let settle: ((line: string) => void) | null = null
  let fail: ((error: Error) => void) | null = null
  let isClosing = false
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    parts.push(text)
    if (!text.includes('\n')) return
    const lines = parts.join('').split('\n')
    parts = [lines.pop() ?? '']
    // What belongs to no request is not waited for.
    for (const line of lines) if (line.includes('"id":') && !line.includes('"method":')) settle?.(line)
  })
  child.once('exit', code => {
    if (!isClosing) fail?.(new Error(`\`${args.slice(0, 3).join(' ')}\` ended with code ${code}`))
  })
  const wire: Wire = {
    ask: ({ text }: Asked) =>
      new Promise((resolve, reject) => {
        settle = resolve
        fail = reject
        child.stdin.write(`${text}\n`)
      }),
    close: async () => {
      isClosing = true
      child.stdin.end()
      if (child.exitCode === null) await once(child, 'exit')
    },
  }
  if (era === 'modern') return wire
  await wire.ask(request('initialize', HELLO))
  child.stdin.write(`${INITIALIZED}\n`)
  return wire
}
