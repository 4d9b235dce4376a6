/** `ambit record -- COMMAND` on real process trees, under the real strace: what is recorded, and that nobody notices. */
import { type SpawnSyncReturns, spawn, spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Observation } from '../../core/model/observation.ts'
import { AGENT, AMBIT, newFolder, readItems, readObservations, serverPath, traced, valuesOf } from './recording.ts'

const record = (
  words: readonly string[],
  options: { readonly cwd?: string; readonly input?: string; readonly env?: NodeJS.ProcessEnv } = {},
): SpawnSyncReturns<string> =>
  spawnSync(process.execPath, [AMBIT, 'record', ...words], { encoding: 'utf8', timeout: 50_000, ...options })

const told = (observations: readonly Observation[], substrate: string): readonly string[] =>
  observations
    .filter(observation => observation.substrate === substrate)
    .map(observation => [observation.action, observation.outcome, ...valuesOf(observation)].join(' | '))

describe('a process tree under strace', () => {
  it(
    'is told with its programs, files, connections and syscalls',
    traced(async () => {
      const folder = newFolder()
      writeFileSync(join(folder, 'in.txt'), 'hello\n')
      const server = createServer(socket => socket.end('hi'))
      await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
      const address = server.address()
      const port = typeof address === 'object' ? (address?.port ?? 0) : 0
      const out = join(folder, 'out.jsonl')
      const connect = `require('net').connect(${port}, '127.0.0.1').on('data', () => {})`
      const script = `cat in.txt > copy.txt; mv copy.txt moved.txt; '${process.execPath}' -e "${connect}"; cat missing.txt; exit 5`
      const child = spawn(
        process.execPath,
        [
          AMBIT,
          'record',
          '--tracer',
          'strace',
          '--out',
          out,
          '--workload',
          'lab/tree',
          '--session',
          's',
          '--request',
          'copy it',
          '--',
          'sh',
          '-c',
          script,
        ],
        { cwd: folder, stdio: 'ignore' },
      )
      const code = await new Promise(resolve => child.once('close', resolve))
      server.close()
      expect(code).toBe(5)

      const items = readItems(out)
      expect(items.filter(item => item.kind === 'loss' || item.kind === 'rejected')).toEqual([])
      expect(items[0]).toMatchObject({ kind: 'request', session: 's', text: 'copy it' })
      const seen = readObservations(out)
      const execs = told(seen, 'process').filter(action => action.startsWith('exec'))
      expect(execs.map(exec => exec.replace(/executable=\S*\//, 'executable='))).toEqual([
        `exec | ok | process.arguments=-c ${script} | process.executable=sh`,
        'exec | ok | process.arguments=in.txt | process.executable=cat',
        'exec | ok | process.arguments=copy.txt moved.txt | process.executable=mv',
        `exec | ok | process.arguments=-e ${connect} | process.executable=node`,
        'exec | ok | process.arguments=missing.txt | process.executable=cat',
      ])
      expect(told(seen, 'process').filter(action => action.includes(folder) && !action.startsWith('exec'))).toEqual([
        `file-write | ok | process.file=${folder}/copy.txt`,
        `file-read | ok | process.file=${folder}/in.txt`,
        `file-write | ok | process.file=${folder}/copy.txt`,
        `file-write | ok | process.file=${folder}/moved.txt`,
      ])
      expect(told(seen, 'network')).toEqual([`tcp/${port} | unknown | network.destination=127.0.0.1`])

      const syscalls = seen.filter(({ substrate }) => substrate === 'syscall')
      const processes = new Set(syscalls.map(({ witness }) => witness))
      expect(processes.size).toBe(5)
      for (const witness of processes) {
        const names = syscalls.filter(syscall => syscall.witness === witness).map(({ action }) => action)
        expect(new Set(names).size).toBe(names.length)
        // From the exec that starts a process to the exit that ends it.
        expect(names).toEqual(expect.arrayContaining(['execve', 'mmap', 'openat', 'close', 'exit_group']))
      }
      expect(syscalls.map(({ action }) => action)).toEqual(expect.arrayContaining(['connect', 'socket', 'epoll_pwait']))
      for (const { session, workload, start, end } of seen) {
        expect([session, workload]).toEqual(['s', { namespace: 'lab', name: 'tree' }])
        expect(Math.abs(start / 1000 - Date.now())).toBeLessThan(60_000)
        expect(end ?? 0).toBeGreaterThanOrEqual(start)
      }
    }),
  )

  it(
    'is recorded to its last process, also when the command itself ends before',
    traced(() => {
      const folder = newFolder()
      const out = join(folder, 'out.jsonl')
      record(['--tracer', 'strace', '--out', out, '--', 'sh', '-c', '(sleep 0.4; : > late.txt) & exit 0'], {
        cwd: folder,
      })
      expect(told(readObservations(out), 'process')).toContain(`file-write | ok | process.file=${folder}/late.txt`)
    }),
  )

  it(
    'that strace loses is told as a loss',
    traced(async () => {
      const folder = newFolder()
      const out = join(folder, 'out.jsonl')
      const child = spawn(
        process.execPath,
        [AMBIT, 'record', '--tracer', 'strace', '--out', out, '--', 'sh', '-c', `echo up; sleep 1 # ${folder}`],
        {
          stdio: ['ignore', 'pipe', 'ignore'],
        },
      )
      await new Promise(resolve => child.stdout?.once('data', resolve))
      const tracer = readdirSync('/proc').find(pid => {
        try {
          const [command, ...words] = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')
          return command === 'strace' && words.some(word => word.includes(folder))
        } catch {
          return false
        }
      })
      process.kill(Number(tracer), 'SIGKILL')
      await new Promise(resolve => child.once('close', resolve))
      expect(readItems(out).filter(item => item.kind === 'loss')).toContainEqual(
        expect.objectContaining({ count: null, detail: expect.stringContaining('strace ended') }),
      )
    }),
  )
})

describe('a recorded command', () => {
  it.each(['--tracer=bpftrace', '--tracer=strace', '--no-trace'])(
    'keeps its streams, its exit code and its signal (%s)',
    how => {
      const words = [how]
      const out = join(newFolder(), 'out.jsonl')
      const echoed = record([...words, '--out', out, '--', 'sh', '-c', 'cat; echo err >&2; exit 3'], { input: 'in\n' })
      expect([echoed.stdout, echoed.status]).toEqual(['in\n', 3])
      expect(echoed.stderr).toContain('err\n')
      expect(record([...words, '--out', out, '--', 'sh', '-c', 'kill -TERM $$']).signal).toBe('SIGTERM')
      const missing = record([...words, '--out', out, '--', '/no/such/command'])
      expect(missing.status).not.toBe(0)
      expect(missing.stderr).toContain('/no/such/command')
    },
  )

  it('gets the signals that the recorder gets', async () => {
    const child = spawn(
      process.execPath,
      [
        AMBIT,
        'record',
        '--out',
        join(newFolder(), 'o'),
        '--',
        'sh',
        '-c',
        'trap "exit 9" TERM; echo up; while :; do sleep 0.1; done',
      ],
      { stdio: ['ignore', 'pipe', 'ignore'] },
    )
    await new Promise(resolve => child.stdout?.once('data', resolve))
    child.kill('SIGTERM')
    expect(await new Promise(resolve => child.once('close', resolve))).toBe(9)
  })

  it('runs where strace is not: it is said, and tool calls are recorded', async () => {
    const folder = newFolder()
    const [bin, files, out] = [join(folder, 'bin'), join(folder, 'files'), join(folder, 'out.jsonl')]
    mkdirSync(bin)
    mkdirSync(files)
    symlinkSync(process.execPath, join(bin, 'node'))
    const config = join(folder, 'mcp.json')
    const server = { command: 'node', args: [serverPath('server-filesystem'), files] }
    writeFileSync(config, JSON.stringify({ mcpServers: { files: server } }))
    spawnSync(process.execPath, [AGENT, '--home', folder, '--prepare'])
    const done = record(
      [
        '--out',
        out,
        '--mcp-config',
        join(folder, 'mcp.json'),
        '--',
        'node',
        AGENT,
        '--home',
        folder,
        '--mcp-config',
        '{mcp-config}',
        '--task',
        '1',
      ],
      { env: { PATH: bin } },
    )
    expect(done.stderr).toContain(
      'no programs, files, syscalls or connections: bpftrace is not installed; strace is not installed',
    )
    expect(done.status).toBe(0)
    const seen = readObservations(out)
    expect(seen.length).toBeGreaterThan(0)
    expect(new Set(seen.map(({ substrate }) => substrate))).toEqual(new Set(['tool']))
  })

  it('is refused with a reason when the words make no sense', () => {
    const said = (...words: readonly string[]) => {
      const { status, stderr } = record(words)
      expect(status).toBe(2)
      return stderr
    }
    expect(said()).toContain('there is no command to record')
    expect(said('--nope', '--', 'true')).toContain('--nope')
    expect(said('--workload', '../../x', '--', 'true')).toContain('`../../x` is no workload')
    expect(said('--out', join(AMBIT, 'x'), '--', 'true')).toContain('cannot write')
    expect(record(['--help']).stdout).toContain('examples:')
  })
})

describe('an agent with MCP servers under strace', () => {
  it(
    'has its calls and its servers recorded, and the recorder is not in the recording',
    traced(() => {
      const home = newFolder()
      const out = join(home, 'out.jsonl')
      spawnSync(process.execPath, [AGENT, '--home', home, '--prepare'])
      const config = join(home, 'mcp.json')
      const agent = [
        process.execPath,
        AGENT,
        '--home',
        home,
        '--mcp-config',
        '{mcp-config}',
        '--ask',
        'Which are the largest files in data?',
      ]
      const done = record([
        '--tracer',
        'strace',
        '--out',
        out,
        '--session',
        'task 3',
        '--mcp-config',
        config,
        '--',
        ...agent,
      ])
      expect(done.status).toBe(0)
      const items = readItems(out)
      expect(items.filter(item => item.kind === 'loss' || item.kind === 'rejected')).toEqual([])
      expect(items.filter(item => item.kind === 'catalog')).toHaveLength(2)
      const seen = readObservations(out)
      expect(new Set(seen.map(({ session }) => session))).toEqual(new Set(['task 3']))
      expect(told(seen, 'tool').map(call => call.split(' | ')[0])).toEqual([
        'list_directory_with_sizes',
        'get_file_info',
        'write_file',
      ])
      // The servers start at the same time: which comes first is not the recorder's to say.
      const execs = told(seen, 'process').filter(action => action.startsWith('exec'))
      expect([execs[0], ...execs.slice(1).sort()]).toEqual([
        `exec | ok | process.arguments=${agent.slice(1).join(' ').replace('{mcp-config}', config)} | process.executable=${process.execPath}`,
        `exec | ok | process.arguments=${serverPath('server-filesystem')} ${home}/workspace | process.executable=${process.execPath}`,
        `exec | ok | process.arguments=${serverPath('server-memory')} | process.executable=${process.execPath}`,
      ])
      const files = told(seen, 'process').filter(action => action.startsWith('file'))
      expect(files.filter(file => file.includes('apps/cli/record'))).toEqual([])
      expect(files.filter(file => file.includes('out.jsonl'))).toEqual([])
      expect(files).toContain(`file-read | ok | process.file=${config}`)
      expect(files.some(file => file.includes(`${home}/workspace/reports/`) && file.startsWith('file-write'))).toBe(
        true,
      )
    }),
  )

  it('is given what a server needs to be recorded by hand', () => {
    const out = join(newFolder(), 'out.jsonl')
    const server = `'${process.execPath}' '${AMBIT}' record --mcp -- '${process.execPath}' '${serverPath('server-memory')}'`
    const hello = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'read_graph' } })
    record([
      '--no-trace',
      '--out',
      out,
      '--session',
      's',
      '--workload',
      'a/b',
      '--',
      'sh',
      '-c',
      `echo '${hello}' | ${server}`,
    ])
    expect(readObservations(out)).toMatchObject([
      { session: 's', workload: { namespace: 'a', name: 'b' }, action: 'read_graph' },
    ])
  })
})

describe('what the recorder says', () => {
  it('shows names from outside and does not obey them', () => {
    const folder = newFolder()
    const hostile = '\u001b]0;owned\u0007\u001b[2J\u202efile'
    const unstarted = record([
      '--out',
      join(folder, 'a.jsonl'),
      '--no-trace',
      '--session',
      hostile,
      '--',
      `/no/${hostile}`,
    ])
    const unwritten = record(['--out', join('/dev/null', hostile), '--no-trace', '--', 'true'])
    const config = join(folder, 'mcp.json')
    writeFileSync(config, JSON.stringify({ mcpServers: { [hostile]: { command: 'true' } } }))
    const wrapped = record(['--out', join(folder, 'b.jsonl'), '--no-trace', '--mcp-config', config, '--', 'true'])
    const misspelled = record([`--${hostile}`, '--', 'true'])
    for (const { stderr } of [unstarted, unwritten, wrapped, misspelled]) {
      expect(stderr).toContain('file')
      expect(stderr).not.toMatch(/(?!\n)[\p{Cc}\u202e]/u)
    }
  })
})
