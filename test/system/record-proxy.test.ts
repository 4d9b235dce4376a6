/** The recording proxy before real servers and real clients: nobody notices it, and what it writes is what happened. */
import { type ChildProcess, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js'
import { describe, expect, it } from 'vitest'
import { AMBIT, newFolder, readItems, readObservations, serverPath, valuesOf } from './recording.ts'

const proxyArgs = (out: string, ...server: readonly string[]): string[] => [
  AMBIT,
  ...['record', '--mcp', '--out', out, '--workload', 'test/agent', '--session', 's1', '--'],
  ...server,
]

const startProxy = (out: string, ...server: readonly string[]): ChildProcess =>
  spawn(process.execPath, proxyArgs(out, ...server), { stdio: ['pipe', 'pipe', 'pipe'] })

/** A server that runs this program text. */
const node = (program: string): readonly string[] => [process.execPath, '--input-type=module', '--eval', program]

const ended = (child: ChildProcess): Promise<{ code: number | null; signal: NodeJS.Signals | null }> =>
  new Promise(resolve => child.once('close', (code, signal) => resolve({ code, signal })))

const outputOf = (child: ChildProcess): Promise<Buffer> =>
  new Promise(resolve => {
    const chunks: Buffer[] = []
    child.stdout?.on('data', (chunk: Buffer) => chunks.push(chunk))
    child.stdout?.once('end', () => resolve(Buffer.concat(chunks)))
  })

const sha = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex')

const makeFiles = (): string => {
  const folder = newFolder()
  mkdirSync(join(folder, 'notes'))
  writeFileSync(join(folder, 'notes/a.md'), 'first\nsecond\nthird\n')
  writeFileSync(join(folder, 'notes/b.md'), 'é\n')
  return folder
}

/** A conversation with the filesystem server; paths are relative to the folder that it serves. */
const converse = async (command: string, args: string[], folder: string) => {
  const client = new Client({ name: 'test', version: '1' })
  await client.connect(new StdioClientTransport({ command, args, stderr: 'ignore' }))
  const call = (name: string, given: Record<string, unknown>) => client.callTool({ name, arguments: given })
  const answers = [
    client.getServerVersion(),
    await client.listTools(),
    await call('list_directory', { path: 'notes' }),
    await call('read_text_file', { path: 'notes/a.md', head: 2 }),
    await call('read_multiple_files', { paths: ['notes/a.md', 'notes/b.md', 'notes/none.md'] }),
    await call('read_text_file', { path: 'notes/none.md' }),
    await call('read_text_file', { path: '/etc/hostname' }),
    await call('write_file', { path: 'notes/c.md', content: 'ünïcode \u2028 "quoted"' }),
    await call('edit_file', { path: 'notes/c.md', edits: [{ oldText: 'ünï', newText: 'uni' }], dryRun: true }),
    await call('list_allowed_directories', {}),
    await Promise.all(['notes/a.md', 'notes/b.md', 'notes/c.md'].map(path => call('read_text_file', { path }))),
    await call('no_such_tool', { a: { b: [1, null, true] } }).catch(String),
  ]
  await client.close()
  return JSON.stringify(answers).replaceAll(folder, 'FOLDER')
}

describe('a real client of the real filesystem server', () => {
  it('gets the same answers with and without the proxy, and every call is recorded as it was', async () => {
    const [plain, proxied] = [makeFiles(), makeFiles()]
    const out = join(newFolder(), 'calls.jsonl')
    const server = serverPath('server-filesystem')
    const expected = await converse(process.execPath, [server, plain], plain)
    const answers = await converse(process.execPath, proxyArgs(out, process.execPath, server, proxied), proxied)
    expect(answers).toBe(expected)

    const calls = readObservations(out)
    const from = 'tool.server=secure-filesystem-server'
    const seen = calls.map(call => [call.action, call.outcome, ...valuesOf(call)])
    // The three reads at once are answered, and so recorded, in any order.
    const atOnce = seen.splice(8, 3).sort()
    expect([...seen.slice(0, 8), ...atOnce, ...seen.slice(8)]).toEqual([
      ['list_directory', 'ok', 'tool.args.path=notes', from],
      ['read_text_file', 'ok', 'tool.args.head=2', 'tool.args.path=notes/a.md', from],
      [
        ...['read_multiple_files', 'ok', 'tool.args.paths[]=notes/a.md', 'tool.args.paths[]=notes/b.md'],
        ...['tool.args.paths[]=notes/none.md', from],
      ],
      ['read_text_file', 'error', 'tool.args.path=notes/none.md', from],
      ['read_text_file', 'denied', 'tool.args.path=/etc/hostname', from],
      ['write_file', 'ok', 'tool.args.content=ünïcode \u2028 "quoted"', 'tool.args.path=notes/c.md', from],
      [
        ...['edit_file', 'ok', 'tool.args.dryRun=true', 'tool.args.edits[].newText=uni'],
        ...['tool.args.edits[].oldText=ünï', 'tool.args.path=notes/c.md', from],
      ],
      ['list_allowed_directories', 'ok', from],
      ...['a', 'b', 'c'].map(name => ['read_text_file', 'ok', `tool.args.path=notes/${name}.md`, from]),
      ['no_such_tool', 'error', 'tool.args.a.b[]=1', 'tool.args.a.b[]=true', from],
    ])
    for (const call of calls) {
      expect(call.session).toBe('s1')
      expect(call.workload).toEqual({ namespace: 'test', name: 'agent' })
      expect(call.end).toBeGreaterThanOrEqual(call.start)
      expect(call.visibility).toBe('seen')
    }
    expect(calls[1]?.result?.map(({ text }) => text)).toContain('first\nsecond')
    expect(new Set(calls.map(({ id }) => id)).size).toBe(calls.length)
    expect(statSync(out).mode & 0o777).toBe(0o600)
  })

  it('has its tool list recorded with annotations and parameters', async () => {
    const folder = makeFiles()
    const out = join(newFolder(), 'calls.jsonl')
    await converse(process.execPath, proxyArgs(out, process.execPath, serverPath('server-filesystem'), folder), folder)
    const [catalog, ...more] = readItems(out).filter(item => item.kind === 'catalog')
    expect(more).toEqual([])
    const edit = catalog?.kind === 'catalog' ? catalog.tools.find(tool => tool.name === 'edit_file') : undefined
    expect(edit).toMatchObject({ server: 'secure-filesystem-server', readOnly: false, destructive: true })
    expect(edit?.parameters.map(({ dimension }) => dimension)).toEqual([
      'tool.args.dryRun',
      'tool.args.edits[].newText',
      'tool.args.edits[].oldText',
      'tool.args.path',
    ])
  })
})

describe('traffic of any kind', () => {
  const hostile = (): Buffer =>
    Buffer.concat([
      Buffer.from('not json\r\n\n{"half": \n[]\n[1,2]\nnull\n"text"\n{"id":{},"method":7}\n'),
      Buffer.from([0xff, 0xfe, 0x00, 0x0a, 0xc3, 0x0a]),
      Buffer.from(`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"big","arguments":{"x":"`),
      Buffer.alloc(5 * 2 ** 20, 'y'),
      Buffer.from('"}}}\n'),
      Buffer.from(`{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"deep","arguments":`),
      Buffer.from(`${'['.repeat(50_000)}${']'.repeat(50_000)}}}\n`),
      Buffer.from('{"__proto__":{"method":"tools/call"},"id":3,"params":{"name":"p"}}\n'),
      Buffer.from('{"jsonrpc":"2.0","id":4,"method":"tools/call","params":{"name":"last"}}'),
    ])

  it('comes out as it went in, byte for byte, in both directions', async () => {
    const out = join(newFolder(), 'calls.jsonl')
    const sent = hostile()
    const child = startProxy(out, 'cat')
    const received = outputOf(child)
    for (let from = 0; from < sent.length; from += 70_001) child.stdin?.write(sent.subarray(from, from + 70_001))
    child.stdin?.end()
    expect(sha(await received)).toBe(sha(sent))
    const items = readItems(out)
    const calls = items.flatMap(item => (item.kind === 'observation' ? [item.observation] : []))
    // `cat` answers nothing: what came back are the requests themselves.
    expect(calls.map(({ action, outcome, end }) => [action, outcome, end])).toEqual([
      ['big', 'unknown', null],
      ['deep', 'unknown', null],
      ['last', 'unknown', null],
    ])
    const losses = items.flatMap(item => (item.kind === 'loss' ? [item.count] : []))
    expect(losses).toEqual([4])
  })

  it('is held back by a client that does not read, and the other direction goes on', async () => {
    const folder = newFolder()
    const [seen, passed] = [join(folder, 'seen'), join(folder, 'passed')]
    const child = startProxy(
      join(folder, 'calls.jsonl'),
      ...node(`import { appendFileSync, renameSync, writeFileSync } from 'node:fs'
        const line = Buffer.from('x'.repeat(65535) + '\\n')
        let passed = 0
        process.stdin.on('data', chunk => appendFileSync(${JSON.stringify(seen)}, chunk))
        setInterval(() => {
          writeFileSync(${JSON.stringify(`${passed}.new`)}, String(passed))
          renameSync(${JSON.stringify(`${passed}.new`)}, ${JSON.stringify(passed)})
        }, 50)
        const write = () => process.stdout.write(line, () => { passed += line.length; setImmediate(write) })
        write()`),
    )
    const passedNow = () => Number(readFileSync(passed, 'utf8'))
    await wait(1_000)
    child.stdin?.write('still heard\n')
    await wait(500)
    expect(readFileSync(seen, 'utf8')).toBe('still heard\n')
    const held = passedNow()
    expect(held).toBeLessThan(4 * 2 ** 20)
    await wait(300)
    expect(passedNow()).toBe(held)
    child.stdout?.resume()
    for (let tries = 0; passedNow() === held && tries < 100; tries++) await wait(50)
    expect(passedNow()).toBeGreaterThan(held)
    child.kill('SIGKILL')
    await ended(child)
  })
})

describe('an end', () => {
  const REPLY = `const answer = id => process.stdout.write(JSON.stringify({jsonrpc:'2.0',id,result:{content:[]}})+'\\n');`
  const request = (id: number, name: string) =>
    `${JSON.stringify({ jsonrpc: '2.0', id, method: 'tools/call', params: { name, arguments: { n: id } } })}\n`

  it('of the server is the end of the proxy, with its exit code, and a call it left open is recorded', async () => {
    const out = join(newFolder(), 'calls.jsonl')
    const child = startProxy(
      out,
      ...node(`${REPLY} process.stdin.once('data', () => { answer(1); setTimeout(() => process.exit(7), 50) })`),
    )
    const received = outputOf(child)
    child.stdin?.write(request(1, 'answered') + request(2, 'crashed'))
    expect(await ended(child)).toEqual({ code: 7, signal: null })
    expect((await received).toString()).toBe('{"jsonrpc":"2.0","id":1,"result":{"content":[]}}\n')
    expect(readObservations(out).map(({ action, outcome, end }) => [action, outcome, end === null])).toEqual([
      ['answered', 'ok', false],
      ['crashed', 'unknown', true],
    ])
  })

  it('by a signal is the same signal, also when the proxy gets it', async () => {
    const out = join(newFolder(), 'calls.jsonl')
    const killed = startProxy(out, ...node(`process.kill(process.pid, 'SIGKILL')`))
    expect(await ended(killed)).toEqual({ code: null, signal: 'SIGKILL' })
    const asked = startProxy(
      out,
      ...node(`process.on('SIGTERM', () => process.exit(9)); console.log('up'); setInterval(() => {}, 1000)`),
    )
    await new Promise(resolve => asked.stdout?.once('data', resolve))
    asked.kill('SIGTERM')
    expect(await ended(asked)).toEqual({ code: 9, signal: null })
  })

  it('of a server that cannot start is 127, as a shell says', async () => {
    const child = startProxy(join(newFolder(), 'calls.jsonl'), '/no/such/server')
    const complaint = new Promise<string>(resolve => child.stderr?.once('data', chunk => resolve(String(chunk))))
    expect(await ended(child)).toEqual({ code: 127, signal: null })
    expect(await complaint).toContain('cannot start `/no/such/server`')
  })

  it('of a client by force ends the server, and what was recorded is whole', async () => {
    const out = join(newFolder(), 'calls.jsonl')
    const pids = join(newFolder(), 'pids')
    const server = `import { writeFileSync } from 'node:fs'
      writeFileSync(${JSON.stringify(pids)}, process.pid + ' ' + process.ppid)
      ${REPLY} process.stdin.on('data', () => answer(1))`
    const client = spawn(
      process.execPath,
      [
        '--input-type=module',
        '--eval',
        `import { spawn } from 'node:child_process'
        const proxy = spawn(process.execPath, ${JSON.stringify(proxyArgs(out, ...node(server)))}, { stdio: ['pipe', 'pipe', 'inherit'] })
        proxy.stdin.write(${JSON.stringify(request(1, 'before') + request(2, 'open'))})
        proxy.stdout.once('data', () => console.log('answered'))`,
      ],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    )
    await new Promise(resolve => client.stdout?.once('data', resolve))
    client.kill('SIGKILL')
    const alive = () =>
      readFileSync(pids, 'utf8')
        .split(' ')
        .filter(pid => {
          try {
            return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
          } catch {
            return false
          }
        })
    for (let tries = 0; alive().length > 0 && tries < 100; tries++) await wait(50)
    expect(alive()).toEqual([])
    expect(readObservations(out).map(({ action, outcome }) => [action, outcome])).toEqual([
      ['before', 'ok'],
      ['open', 'unknown'],
    ])
  })
})
