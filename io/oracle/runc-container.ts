/**
 * One program in one container: a throw-away OCI bundle, its own namespaces, no capability, no network, a time limit and
 * a seccomp profile as it would be on a node. Everything it made is gone when it returns.
 */
import { execFile } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

export interface ContainerOptions {
  readonly args: readonly string[]
  /** `linux.seccomp` of the OCI configuration, or null for none. */
  readonly seccomp: unknown
  /** Files of the root file system by name, all executable. */
  readonly files?: Readonly<Record<string, Buffer>>
  /** Folders of the host to see read-only at the same place, e.g. `/usr`. */
  readonly binds?: readonly string[]
  readonly noNewPrivileges?: boolean
  readonly milliseconds?: number
}

export interface ContainerResult {
  readonly output: Buffer
  readonly errors: string
  /** Exit status as runc passes it on: 128 + signal for a program that a signal ended; null when the time was up. */
  readonly status: number | null
}

/** Bytes of output that are kept. */
const OUTPUT_LIMIT = 16 * 1024 * 1024

const namespaces = ['pid', 'mount', 'ipc', 'uts', 'network'].map(type => ({ type }))

const configuration = ({ args, seccomp, binds = [], noNewPrivileges = false }: ContainerOptions): object => ({
  ociVersion: '1.0.2',
  process: {
    terminal: false,
    user: { uid: 0, gid: 0 },
    args,
    env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', 'LC_ALL=C'],
    cwd: '/',
    noNewPrivileges,
    capabilities: { bounding: [], effective: [], permitted: [] },
    // A core file of 1 byte: neither a file nor the host's crash handler for programs that end by a fault.
    rlimits: [{ type: 'RLIMIT_CORE', soft: 1, hard: 1 }],
  },
  root: { path: 'root', readonly: true },
  mounts: [
    { destination: '/proc', type: 'proc', source: 'proc' },
    { destination: '/dev', type: 'tmpfs', source: 'tmpfs', options: ['nosuid', 'mode=755'] },
    { destination: '/tmp', type: 'tmpfs', source: 'tmpfs', options: ['nosuid', 'nodev'] },
    ...binds.map(path => ({ destination: path, type: 'bind', source: path, options: ['rbind', 'ro'] })),
  ],
  linux: { namespaces, ...(seccomp === null ? {} : { seccomp }) },
})

interface Failure {
  readonly code?: number | string | null
  readonly killed?: boolean
  readonly stdout?: Buffer
  readonly stderr?: Buffer
}

const execute = async (args: readonly string[], milliseconds: number): Promise<ContainerResult> => {
  const options = { encoding: 'buffer', maxBuffer: OUTPUT_LIMIT, timeout: milliseconds, killSignal: 'SIGKILL' } as const
  try {
    const { stdout, stderr } = await run('runc', args, options)
    return { output: stdout, errors: stderr.toString(), status: 0 }
  } catch (error) {
    // `execFile` rejects with an Error that carries these; nothing else rejects here.
    const { code, killed, stdout, stderr } = error as Failure
    const status = killed === true ? null : typeof code === 'number' ? code : 127
    return { output: stdout ?? Buffer.alloc(0), errors: stderr?.toString() ?? String(error), status }
  }
}

export const runContainer = async (options: ContainerOptions): Promise<ContainerResult> => {
  const bundle = await mkdtemp(join(tmpdir(), 'ambit-runc-'))
  const id = `ambit-${randomUUID()}`
  const state = ['--root', join(bundle, 'state')]
  try {
    for (const path of ['proc', 'dev', 'tmp', ...(options.binds ?? [])]) {
      await mkdir(join(bundle, 'root', path), { recursive: true })
    }
    for (const [name, content] of Object.entries(options.files ?? {})) {
      await writeFile(join(bundle, 'root', name), content, { mode: 0o755 })
    }
    await writeFile(join(bundle, 'config.json'), JSON.stringify(configuration(options)))
    return await execute([...state, 'run', '--bundle', bundle, id], options.milliseconds ?? 20_000)
  } finally {
    // A container whose time was up is still there; for one that ended this says that there is none.
    await execute([...state, 'delete', '--force', id], 20_000)
    await rm(bundle, { recursive: true, force: true, maxRetries: 5 })
  }
}

/** First line of `runc --version`, or null where there is no runc. */
export const runcVersion = async (): Promise<string | null> => {
  const { output, status } = await execute(['--version'], 5_000)
  return status === 0 ? (output.toString().split('\n')[0] ?? null) : null
}
