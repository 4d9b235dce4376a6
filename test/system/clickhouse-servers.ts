/** Real ClickHouse servers on loopback, which know each other as the shards of a cluster, and as replicas where a ZooKeeper is named. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from './loopback-port.ts'

export const CLUSTER = 'ambit_test'

export const hasClickhouse = (): boolean => spawnSync('sh', ['-c', 'command -v clickhouse-server']).status === 0

interface Ports {
  readonly http: number
  readonly tcp: number
  readonly internal: number
}

/** What tells a server which part of the cluster it is. */
interface Place {
  readonly shard: number
  readonly replica: number
}

const placeXml = ({ shard, replica }: Place, zookeeper: number | null): string =>
  zookeeper === null
    ? ''
    : `<zookeeper><node><host>127.0.0.1</host><port>${zookeeper}</port></node><session_timeout_ms>3000</session_timeout_ms></zookeeper>
  <macros><shard>${shard}</shard><replica>${replica}</replica></macros>`

const config = (
  folder: string,
  { http, tcp, internal, ...place }: Ports & Place,
  all: readonly (Ports & Place)[],
  zookeeper: number | null,
): string => `<yandex>
  <logger><level>error</level><log>${folder}/log</log><errorlog>${folder}/errors</errorlog></logger>
  <http_port>${http}</http_port><tcp_port>${tcp}</tcp_port><interserver_http_port>${internal}</interserver_http_port>
  <interserver_http_host>127.0.0.1</interserver_http_host>
  <listen_host>127.0.0.1</listen_host>
  <path>${folder}/data/</path><tmp_path>${folder}/tmp/</tmp_path><users_config>${folder}/users.xml</users_config>
  <mark_cache_size>268435456</mark_cache_size>
  <default_profile>default</default_profile><default_database>default</default_database>
  ${placeXml(place, zookeeper)}
  <remote_servers><${CLUSTER}>${shardsOf(all)
    .map(
      replicas =>
        `<shard><internal_replication>${zookeeper !== null}</internal_replication>${replicas
          .map(({ tcp: port }) => `<replica><host>127.0.0.1</host><port>${port}</port></replica>`)
          .join('')}</shard>`,
    )
    .join('')}</${CLUSTER}></remote_servers>
</yandex>`

const shardsOf = <Server extends Place>(servers: readonly Server[]): readonly (readonly Server[])[] =>
  [...new Set(servers.map(({ shard }) => shard))].map(own => servers.filter(({ shard }) => shard === own))

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

export interface Server extends Place {
  readonly host: string
  start(): Promise<void>
  /** At once, as a machine stops. */
  kill(): Promise<void>
}

const createServer = (folder: string, { shard, replica, ...ports }: Ports & Place): Server => {
  let child: ChildProcess | null = null
  return {
    shard,
    replica,
    host: `127.0.0.1:${ports.http}`,
    start: async () => {
      child = spawn('clickhouse-server', ['--config-file', join(folder, 'config.xml')], { stdio: 'ignore' })
      for (let tries = 0; tries < 300 && child.exitCode === null; tries++) {
        if (await isUp(ports.http)) return
        await new Promise(resolve => setTimeout(resolve, 100))
      }
      const errors = await readFile(join(folder, 'errors'), 'utf8').catch(() => '')
      throw new Error(`no server answers at port ${ports.http}: ${errors.slice(-1_000)}`)
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
  /** By shard, then replica. */
  readonly servers: readonly Server[]
  close(): Promise<void>
}

/** `zookeeper`: its port; without one, servers are no replicas of each other. */
export const startServers = async (shards: number, replicas = 1, zookeeper: number | null = null): Promise<Servers> => {
  const root = await mkdtemp(join(tmpdir(), 'ambit-clickhouse-'))
  const all: (Ports & Place)[] = []
  for (let shard = 1; shard <= shards; shard++) {
    for (let replica = 1; replica <= replicas; replica++)
      all.push({ shard, replica, http: await freePort(), tcp: await freePort(), internal: await freePort() })
  }
  const servers: Server[] = []
  for (const own of all) {
    const folder = join(root, `${own.shard}-${own.replica}`)
    await mkdir(folder)
    await writeFile(join(folder, 'config.xml'), config(folder, own, all, zookeeper))
    await writeFile(join(folder, 'users.xml'), USERS)
    servers.push(createServer(folder, own))
  }
  await Promise.all(servers.map(server => server.start()))
  return {
    servers,
    close: async () => {
      for (const server of servers) await server.kill()
      await rm(root, { recursive: true, force: true })
    },
  }
}
