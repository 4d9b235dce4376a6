/** A real ZooKeeper on loopback: what replicas agree by. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from './loopback-port.ts'

/** Where Debian's `libzookeeper-java` puts it; it names what it needs. */
const JAR = '/usr/share/java/zookeeper.jar'
const MAIN = 'org.apache.zookeeper.server.quorum.QuorumPeerMain'

export const hasZookeeper = (): boolean => existsSync(JAR) && spawnSync('sh', ['-c', 'command -v java']).status === 0

/** Whether it serves: a port that is open says only that it has begun. */
const answers = (port: number): Promise<boolean> =>
  new Promise(resolve => {
    const socket = connect(port, '127.0.0.1', () => socket.write('srvr'))
    socket.setTimeout(1_000, () => socket.destroy())
    let said = ''
    socket.on('data', bytes => {
      said += String(bytes)
    })
    socket.once('error', () => resolve(false))
    socket.once('close', () => resolve(said.includes('Mode: ')))
  })

export interface Zookeeper {
  readonly port: number
  close(): Promise<void>
}

export const startZookeeper = async (): Promise<Zookeeper> => {
  const folder = await mkdtemp(join(tmpdir(), 'ambit-zookeeper-'))
  const port = await freePort()
  const settings = {
    // Milliseconds. Sessions of servers that were killed end after two of them.
    tickTime: 500,
    dataDir: join(folder, 'data'),
    clientPort: port,
    clientPortAddress: '127.0.0.1',
    'admin.enableServer': false,
    // It holds nothing that outlives a test.
    forceSync: 'no',
  }
  const file = join(folder, 'zoo.cfg')
  await writeFile(
    file,
    Object.entries(settings)
      .map(([name, value]) => `${name}=${value}\n`)
      .join(''),
  )
  const child: ChildProcess = spawn('java', ['-Xmx256m', '-cp', JAR, MAIN, file], { stdio: 'ignore' })
  const ended = new Promise(resolve => child.once('exit', resolve))
  const close = async (): Promise<void> => {
    child.kill('SIGKILL')
    await ended
    await rm(folder, { recursive: true, force: true })
  }
  for (let tries = 0; tries < 300; tries++) {
    if (await answers(port)) return { port, close }
    await new Promise(resolve => setTimeout(resolve, 100))
  }
  await close()
  throw new Error(`no ZooKeeper answers at port ${port}`)
}
