/** The gateway before the real filesystem server, spoken to by a real client over standard streams: no denied call has an effect. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ElicitRequestSchema, ToolListChangedNotificationSchema } from '@modelcontextprotocol/sdk/types.js'
import { describe, expect, test } from 'vitest'
import {
  ambit,
  contents,
  decisionOf,
  filePermissions,
  filesystemServer,
  heldCalls,
  newPlace,
  type Place,
  putPolicy,
  sealed,
  stdioClient,
  textOf,
} from './gateway.ts'

const serverWords = ({ files }: Place): readonly string[] => {
  const { command, args } = filesystemServer(files)
  return ['--', command, ...args]
}
const start = (place: Place, words: readonly string[] = [], options = {}) =>
  stdioClient(['--policy', place.policies, '--admin', place.socket, ...words, ...serverWords(place)], options)

const write = (place: Place, name: string) => ({
  name: 'write_file',
  arguments: { path: join(place.files, name), content: `written as ${name}` },
})

describe('what the policy allows', () => {
  test('runs, with the answer that the server gives without a gateway', async () => {
    const place = newPlace()
    const { client } = await start(place)
    expect(client.getServerVersion()).toMatchObject({ name: 'secure-filesystem-server' })
    const read = await client.callTool({ name: 'read_text_file', arguments: { path: join(place.files, 'a.txt') } })
    expect(read).toEqual({
      content: [{ type: 'text', text: 'the text of a' }],
      structuredContent: { content: 'the text of a' },
    })
    expect(await client.callTool(write(place, 'known.txt'))).not.toHaveProperty('isError')
    expect(readFileSync(join(place.files, 'known.txt'), 'utf8')).toBe('written as known.txt')
  })

  test('is what clients are shown; with `tools: all` everything is, and marked', async () => {
    const place = newPlace()
    const { client } = await start(place)
    expect((await client.listTools()).tools.map(({ name }) => name)).toEqual(['read_text_file', 'write_file'])
    writeFileSync(
      join(place.folder, 'gateway.yaml'),
      JSON.stringify({
        policies: place.policies,
        workload: 'research/research-agent',
        servers: { files: filesystemServer(place.files) },
        tools: 'all',
      }),
    )
    const all = await stdioClient(['--config', join(place.folder, 'gateway.yaml')])
    const { tools } = await all.client.listTools()
    expect(tools.length).toBeGreaterThan(10)
    expect(tools.find(({ name }) => name === 'move_file')?._meta).toEqual({ 'ambit/verdict': 'deny' })
    expect(tools.find(({ name }) => name === 'read_text_file')).not.toHaveProperty('_meta')
  })
})

describe('what the policy denies', () => {
  test('does not reach the server, and says what was outside', async () => {
    const place = newPlace()
    const { client, log } = await start(place)
    const before = contents(place.files)
    const denied = [
      { name: 'read_text_file', arguments: { path: '/etc/hostname' } },
      { name: 'read_text_file', arguments: { path: `${place.files}/../../etc/hostname` } },
      { name: 'move_file', arguments: { source: join(place.files, 'a.txt'), destination: join(place.files, 'b.txt') } },
      { name: 'write_file', arguments: { path: join(place.folder, 'out.txt'), content: 'x' } },
      { name: 'write_file', arguments: { path: join(place.files, 'known.txt'), content: 'x', mode: 'append' } },
      { name: 'create_directory', arguments: { path: join(place.files, 'new') } },
    ]
    for (const call of denied) expect(decisionOf(await client.callTool(call))).toMatchObject({ verdict: 'deny' })
    expect(contents(place.files)).toEqual(before)
    expect(existsSync(join(place.files, 'new'))).toBe(false)
    expect(existsSync(join(place.folder, 'out.txt'))).toBe(false)
    const outside = await client.callTool({ name: 'read_text_file', arguments: { path: '/etc/\u001b[31mhostname' } })
    expect(decisionOf(outside)).toMatchObject({
      code: 'value-denied',
      permission: 'tool/read_text_file',
      deviations: [{ dimension: 'tool.args.path', allowed: expect.stringContaining(place.files) }],
    })
    expect(textOf(outside)).toContain('To ask for more')
    expect(textOf(outside)).not.toContain('\u001b')
    await expect.poll(() => log.entries.filter(({ event }) => event === 'call-stopped')).toHaveLength(denied.length + 1)
  })
})

describe('what a person has to decide', () => {
  test('approved on the command line it runs, and again without asking; refused it does not', async () => {
    const place = newPlace()
    const { client } = await start(place)
    const first = client.callTool(write(place, 'new.txt'))
    const [call = ''] = await heldCalls(place.socket)
    expect((await ambit('approvals', 'list', '--at', place.socket)).stdout).toContain('tool/write_file')
    expect(existsSync(join(place.files, 'new.txt'))).toBe(false)
    expect(await ambit('approvals', 'approve', call, '--at', place.socket)).toMatchObject({ code: 0 })
    expect(await first).not.toHaveProperty('isError')
    expect(existsSync(join(place.files, 'new.txt'))).toBe(true)
    expect(await client.callTool(write(place, 'new.txt'))).not.toHaveProperty('isError')

    const second = client.callTool(write(place, 'other.txt'))
    const [other = ''] = await heldCalls(place.socket)
    await ambit('approvals', 'refuse', other, '--at', place.socket, '--reason', 'not today')
    const refused = await second
    expect(decisionOf(refused)).toMatchObject({ verdict: 'review', answer: 'refused' })
    expect(textOf(refused)).toContain('not today')
    expect(existsSync(join(place.files, 'other.txt'))).toBe(false)
    expect(await ambit('approvals', 'approve', other, '--at', place.socket)).toMatchObject({ code: 1 })
    expect((await ambit('approvals', 'list', '--at', place.socket)).stdout).toBe('no call is held\n')
  })

  test('elicited, the person behind the client answers', async () => {
    const place = newPlace()
    const asked: string[] = []
    const answers = [
      { action: 'accept', content: { decision: 'approve' } },
      { action: 'accept', content: { decision: 'refuse' } },
      { action: 'decline' },
    ] as const
    const { client } = await start(place, ['--elicit'], {
      capabilities: { elicitation: {} },
      prepare: (each: typeof client) =>
        each.setRequestHandler(ElicitRequestSchema, ({ params }) => {
          asked.push(params.message)
          return answers[asked.length - 1] ?? { action: 'cancel' }
        }),
    })
    expect(await client.callTool(write(place, 'one.txt'))).not.toHaveProperty('isError')
    for (const name of ['two.txt', 'three.txt'])
      expect(decisionOf(await client.callTool(write(place, name)))).toMatchObject({ answer: 'refused' })
    expect(asked[0]).toContain('one.txt')
    expect(contents(place.files).map(line => line.replace(/^.*\/(.*) .*$/, '$1'))).toEqual(['a.txt', 'one.txt'])
  })

  test('without that being switched on, a client is not asked', async () => {
    const place = newPlace()
    let asked = 0
    const { client } = await start(place, [], {
      capabilities: { elicitation: {} },
      prepare: (each: typeof client) =>
        each.setRequestHandler(ElicitRequestSchema, () => {
          asked += 1
          return { action: 'accept', content: { decision: 'approve' } }
        }),
    })
    const given = client.callTool(write(place, 'new.txt'))
    const [call = ''] = await heldCalls(place.socket)
    await ambit('approvals', 'refuse', call, '--at', place.socket)
    expect(decisionOf(await given)).toMatchObject({ answer: 'refused' })
    expect(asked).toBe(0)
  })

  test('cancelled by the client it does not run, also where a person approves it later', async () => {
    const place = newPlace()
    const { client } = await start(place)
    const controller = new AbortController()
    const given = client.callTool(write(place, 'new.txt'), undefined, { signal: controller.signal })
    const [call = ''] = await heldCalls(place.socket)
    controller.abort()
    await expect(given).rejects.toThrow()
    await expect
      .poll(async () => (await ambit('approvals', 'list', '--at', place.socket)).stdout)
      .toBe('no call is held\n')
    expect(await ambit('approvals', 'approve', call, '--at', place.socket)).toMatchObject({ code: 1 })
    expect(existsSync(join(place.files, 'new.txt'))).toBe(false)
  })
})

describe('the state of the policy', () => {
  const readA = (place: Place) => ({ name: 'read_text_file', arguments: { path: join(place.files, 'a.txt') } })

  test('replaced, unreadable, gone, back, expired: each takes effect in the session that is open', async () => {
    const place = newPlace()
    const { client, log } = await start(place)
    let listChanged = 0
    client.setNotificationHandler(ToolListChangedNotificationSchema, () => {
      listChanged += 1
    })
    const outcome = async (): Promise<unknown> => {
      const result = await client.callTool(readA(place))
      return result.isError === true ? decisionOf(result).code : 'ran'
    }
    const becomes = (state: string) => expect.poll(outcome, { timeout: 30_000, interval: 100 }).toBe(state)
    expect(await outcome()).toBe('ran')
    putPolicy(place, sealed(filePermissions(place.files).slice(1)))
    await becomes('surface-unknown')
    expect(listChanged).toBeGreaterThan(0)
    writeFileSync(place.policyFile, 'half a pol')
    await becomes('policy-unreadable')
    expect((await client.listTools()).tools).toEqual([])
    putPolicy(place, sealed(filePermissions(place.files)))
    await becomes('ran')
    putPolicy(place, sealed(filePermissions(place.files), { notAfter: '2026-01-01T00:00:00Z' }))
    await becomes('expired')
    const said = textOf(await client.callTool(readA(place)))
    expect(said).toContain('the policy has expired')
    // What it would allow, were it in force, is no help.
    expect(said).not.toContain('Nearest permission')
    for (const event of ['policy-reloaded', 'policy-problem', 'policy-expired'])
      await expect.poll(() => log.find(event)).toBeDefined()
  })

  test('SIGHUP reads it at once', async () => {
    const place = newPlace()
    writeFileSync(
      join(place.folder, 'gateway.yaml'),
      JSON.stringify({
        policies: place.policies,
        workload: 'research/research-agent',
        servers: { files: filesystemServer(place.files) },
        reloadSeconds: 3_600,
      }),
    )
    const { client, pid } = await stdioClient(['--config', join(place.folder, 'gateway.yaml')])
    putPolicy(place, sealed(filePermissions(place.files).slice(1)))
    expect(await client.callTool(readA(place))).not.toHaveProperty('isError')
    process.kill(pid, 'SIGHUP')
    await expect.poll(async () => (await client.callTool(readA(place))).isError, { timeout: 30_000 }).toBe(true)
  })

  test('in alert-only mode what would be stopped runs, and is said', async () => {
    const place = newPlace()
    const { client, log } = await start(place, ['--mode', 'alert-only'])
    expect(await client.callTool(write(place, 'new.txt'))).not.toHaveProperty('isError')
    await expect
      .poll(() => log.find('call-flagged'))
      .toMatchObject({ verdict: 'review', mode: 'alert-only', code: 'value-outside' })
    putPolicy(place, sealed(filePermissions(place.files), { notAfter: '2026-01-01T00:00:00Z' }))
    await expect
      .poll(
        async () => {
          expect(await client.callTool(readA(place))).not.toHaveProperty('isError')
          return log.entries.some(({ event, code }) => event === 'call-flagged' && code === 'expired')
        },
        { timeout: 30_000 },
      )
      .toBe(true)
  })
})
