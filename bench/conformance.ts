/**
 * The MCP conformance suite, for a version of each era, against one server, and against the gateway before that server: check by check
 * the same. The gateway observes, so that everything runs; what it shows is marked, not hidden.
 */
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { z } from 'zod'
import type { Report } from './report.ts'
import { gatewayProcess } from './soak/gateway-process.ts'
import { table } from './table.ts'

const CHECKS = z.array(z.object({ id: z.string(), status: z.string() }))

/** The newest of each era, and the server that speaks it. */
const VERSIONS = { '2025-11-25': 'legacy-server', '2026-07-28': 'modern-server' } as const
type Version = keyof typeof VERSIONS

interface Row {
  readonly version: Version
  readonly scenario: string
  readonly check: string
  /** Null: the suite did not come to it. */
  readonly direct: string | null
  readonly behind: string | null
}

export interface ConformanceFigures {
  readonly rows: readonly Row[]
  readonly different: readonly Row[]
}

const SUITE = createRequire(import.meta.url).resolve('@modelcontextprotocol/conformance/dist/index.js')

/** `scenario check` → status; a check that is made more than once has a number. */
const statuses = (folder: string): ReadonlyMap<string, string> =>
  new Map(
    readdirSync(folder).flatMap(name => {
      const scenario = name.replace(/^server-/, '').replace(/-\d{4}-\d{2}-\d{2}T.*$/, '')
      const checks = CHECKS.parse(JSON.parse(readFileSync(join(folder, name, 'checks.json'), 'utf8')))
      const times = new Map<string, number>()
      return checks.map(({ id, status }): [string, string] => {
        const count = (times.get(id) ?? 0) + 1
        times.set(id, count)
        return [`${scenario} ${count === 1 ? id : `${id} ${count}`}`, status]
      })
    }),
  )

/** The suite is written for a later run time, of which it needs one function, for an option that is not used here. */
const FS = "export * from 'node:fs'; export { default } from 'node:fs'; export const globSync = () => []"
const data = (program: string): string => `data:text/javascript,${encodeURIComponent(program)}`
const HOOKS = `export const resolve = (name, context, next) => name === 'fs' && context.parentURL?.includes('/conformance/')
  ? { url: ${JSON.stringify(data(FS))}, shortCircuit: true } : next(name, context)`
const PRELOAD = data(`import { register } from 'node:module'; register(${JSON.stringify(data(HOOKS))})`)

const suite = async (url: string, version: Version, folder: string): Promise<ReadonlyMap<string, string>> => {
  const options = ['--url', url, '--suite', 'all', '--spec-version', version, '--output-dir', folder]
  const words = ['--import', PRELOAD, SUITE, 'server', ...options]
  // It ends with a code where a check failed: what failed is in its files.
  await promisify(execFile)(process.execPath, words, { maxBuffer: 1 << 26 }).catch(() => undefined)
  return statuses(folder)
}

const conformedIn = async (version: Version, dist: string): Promise<readonly Row[]> => {
  const folder = mkdtempSync(join(tmpdir(), 'ambit-conformance-'))
  const program = join(dist, 'bench', 'conformance', `${VERSIONS[version]}.js`)
  const server = spawn(process.execPath, [program], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [said] = await once(server.stdout, 'data')
  const url = String(said).trim()
  const config = join(folder, 'gateway.yaml')
  const document = {
    policies: folder,
    workload: 'bench/conformance',
    servers: { one: { url } },
    listen: { port: 0 },
    modes: { default: 'observe' },
  }
  writeFileSync(config, JSON.stringify(document))
  const gateway = await gatewayProcess(join(dist, 'apps', 'cli', 'main.js'), config, null)
  const direct = await suite(url, version, join(folder, 'direct'))
  const behind = await suite(gateway.url.replace('127.0.0.1', 'localhost'), version, join(folder, 'behind'))
  await gateway.stop()
  server.kill('SIGKILL')
  rmSync(folder, { recursive: true })
  return [...new Set([...direct.keys(), ...behind.keys()])].sort().map((key): Row => {
    const [scenario = '', ...check] = key.split(' ')
    const found = { direct: direct.get(key) ?? null, behind: behind.get(key) ?? null }
    return { version, scenario, check: check.join(' '), ...found }
  })
}

/** `dist`: where this program is built. */
export const conformed = async (dist: string): Promise<ConformanceFigures> => {
  const rows: Row[] = []
  for (const version of ['2025-11-25', '2026-07-28'] as const) rows.push(...(await conformedIn(version, dist)))
  return { rows, different: rows.filter(row => row.direct !== row.behind) }
}

export const conformance = async (dist: string): Promise<Report> => {
  const figures = await conformed(dist)
  const { rows, different } = figures
  const lines = rows.map(({ version, scenario, check, direct, behind }) => [
    version,
    scenario,
    check,
    direct ?? '–',
    behind ?? '–',
  ])
  const summary = `${rows.length} checks, ${different.length} different`
  return {
    text: [table(['version', 'scenario', 'check', 'before', 'behind'], lines), summary].join('\n\n'),
    json: figures,
  }
}
