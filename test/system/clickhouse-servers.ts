/** Real ClickHouse servers on loopback, which know each other as the shards of a cluster. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export const CLUSTER = 'ambit_test'

export const hasClickhouse = (): boolean => spawnSync('sh', ['-c', 'command -v clickhouse-server']).status === 0

const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      const port = typeof address === 'object' && address !== null ? address.port : 0
      server.close(() => resolve(port))
    })
  })

interface Ports {
  readonly http: number
  readonly tcp: number
  readonly internal: number
}

const config = (folder: string, { http, tcp, internal }: Ports, shards: readonly Ports[]): string => `<yandex>
  <logger><level>error</level><log>${folder}/log</log><errorlog>${folder}/errors</errorlog></logger>
  <http_port>${http}</http_port><tcp_port>${tcp}</tcp_port><interserver_http_port>${internal}</interserver_http_port>
  <listen_host>127.0.0.1</listen_host>
  <path>${folder}/data/</path><tmp_path>${folder}/tmp/</tmp_path><users_config>${folder}/users.xml</users_config>
  <mark_cache_size>268435456</mark_cache_size>
  <default_profile>default</default_profile><default_database>default</default_database>
  <remote_servers><${CLUSTER}>${shards
    .map(({ tcp: port }) => `<shard><replica><host>127.0.0.1</host><port>${port}</port></replica></shard>`)
    .join('')}</${CLUSTER}></remote_servers>
</yandex>`

const USERS = `<yandex>
  <profiles><default><max_threads>2</max_threads></default></profiles>
  <users><default><password></password><networks><ip>127.0.0.1</ip></networks><profile>default</profile><quota>default</quota></default></users>
  <quotas><default/></quotas>
</yandex>`

const isUp = async (port: number): Promise<boolean> => {
  try {
    return (await fetch(`http://127.0.0.1:${port}/ping`)).ok
  } catch {
    return false
  }
}

export interface Shard {
  readonly host: string
  start(): Promise<void>
  /** At once, as a machine stops. */
  kill(): Promise<void>
}

const createShard = (folder: string, ports: Ports): Shard => {
  let child: ChildProcess | null = null
  return {
    host: `127.0.0.1:${ports.http}`,
    start: async () => {
      child = spawn('clickhouse-server', ['--config-file', join(folder, 'config.xml')], { stdio: 'ignore' })
      for (let tries = 0; tries < 300; tries++) {
        if (await isUp(ports.http)) return
        await new Promise(resolve => setTimeout(resolve, 100))
      }
      throw new Error(`no server answers at port ${ports.http}`)
    },
    kill: async () => {
      const running = child
      child = null
      if (running === null || running.exitCode !== null) return
      const ended = new Promise(resolve => running.once('exit', resolve))
      running.kill('SIGKILL')
      await ended
    },
  }
}

export interface Servers {
  readonly shards: readonly Shard[]
  close(): Promise<void>
}

export const startServers = async (count: number): Promise<Servers> => {
  const root = await mkdtemp(join(tmpdir(), 'ambit-clickhouse-'))
  const ports: Ports[] = []
  for (let index = 0; index < count; index++)
    ports.push({ http: await freePort(), tcp: await freePort(), internal: await freePort() })
  const shards: Shard[] = []
  for (const [index, own] of ports.entries()) {
    const folder = join(root, String(index))
    await mkdir(folder)
    await writeFile(join(folder, 'config.xml'), config(folder, own, ports))
    await writeFile(join(folder, 'users.xml'), USERS)
    const shard = createShard(folder, own)
    await shard.start()
    shards.push(shard)
  }
  return {
    shards,
    close: async () => {
      for (const shard of shards) await shard.kill()
      await rm(root, { recursive: true, force: true })
    },
  }
}
