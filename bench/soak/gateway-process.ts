/** `ambit gateway` as a process of its own, and what it holds of the machine while it runs. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'

export interface GatewayProcess {
  readonly url: string
  /** Megabytes resident, open descriptors; null where the machine does not say. */
  readonly holds: () => { readonly megabytes: number; readonly descriptors: number } | null
  /** What it said at level `error`. */
  readonly errors: readonly string[]
  stop(): Promise<void>
}

const holdsOf = (pid: number) => {
  try {
    const kilobytes = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
    return { megabytes: Number(kilobytes) / 1_024, descriptors: readdirSync(`/proc/${pid}/fd`).length }
  } catch {
    return null
  }
}

/** Rejects where it ends before it listens. `heap`: megabytes of objects beyond which it would end; null: the run time's own limit. */
export const gatewayProcess = async (ambit: string, config: string, heap: number | null): Promise<GatewayProcess> => {
  const limit = heap === null ? [] : [`--max-old-space-size=${heap}`]
  const child: ChildProcess = spawn(process.execPath, [...limit, ambit, 'gateway', '--config', config], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const { stderr } = child
  if (stderr === null) throw new Error('a piped stream is there')
  const errors: string[] = []
  const port = await new Promise<string>((resolve, reject) => {
    child.once('exit', code => reject(new Error(`the gateway ended with code ${code}: ${errors.join('\n')}`)))
    createInterface({ input: stderr }).on('line', line => {
      const [, found] = /"event":"listening".*?"port":(\d+)/.exec(line) ?? []
      if (found !== undefined) resolve(found)
      if (!line.startsWith('{') || line.includes('"level":"error"')) errors.push(line)
    })
  })
  return {
    url: `http://127.0.0.1:${port}/mcp`,
    holds: () => holdsOf(child.pid ?? 0),
    errors,
    stop: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return
      const ended = once(child, 'exit')
      child.kill('SIGTERM')
      await ended
    },
  }
}
