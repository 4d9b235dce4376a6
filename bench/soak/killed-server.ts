/** A server program that is killed at random and started again on its port, for as long as the soak goes on. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'

export interface KilledServer {
  readonly url: string
  kills(): number
  stop(): Promise<void>
}

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  await new Promise(resolve => server.close(resolve))
  return typeof address === 'object' && address !== null ? address.port : 0
}

/** `every`: milliseconds between two kills, on average. */
export const killedServer = async (program: string, file: string, every: number): Promise<KilledServer> => {
  const port = await freePort()
  const stopping = new AbortController()
  let kills = 0
  let child: ChildProcess
  const start = async (): Promise<void> => {
    child = spawn(process.execPath, [program, String(port), file], { stdio: ['ignore', 'pipe', 'inherit'] })
    if (child.stdout !== null) await once(child.stdout, 'data')
  }
  const kill = async (): Promise<void> => {
    const ended = once(child, 'exit')
    child.kill('SIGKILL')
    await ended
  }
  await start()
  const killing = (async () => {
    while (!stopping.signal.aborted) {
      await wait(every * (0.5 + Math.random()), undefined, { signal: stopping.signal }).catch(() => undefined)
      if (stopping.signal.aborted) return
      await kill()
      kills += 1
      await wait(Math.random() * 1_000)
      await start()
    }
  })()
  return {
    url: `http://127.0.0.1:${port}/mcp`,
    kills: () => kills,
    stop: async () => {
      stopping.abort()
      await killing
      await kill()
    },
  }
}
