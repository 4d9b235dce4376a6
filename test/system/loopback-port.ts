/**
 * A port of this machine that nobody has, for a server that is told its port. Below those that connections are given, so that a server that
 * is stopped and started again finds it free.
 */
import { createServer } from 'node:net'

const LOWEST = 20_000
const MANY = 12_000

const isFree = (port: number): Promise<boolean> =>
  new Promise(resolve => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })

export const freePort = async (): Promise<number> => {
  for (let tries = 0; tries < 100; tries++) {
    const port = LOWEST + Math.floor(Math.random() * MANY)
    if (await isFree(port)) return port
  }
  throw new Error('no port is free')
}
