/** The whole line: recorded through the proxy, derived, enforced by the gateway before the same server. What was learned runs. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js'
import { ElicitRequestSchema } from '@modelcontextprotocol/sdk/types.js'
import { expect, test } from 'vitest'
import { ambit, decisionOf, filesystemServer, newPlace, stdioClient, textOf } from './gateway.ts'
import { AMBIT } from './recording.ts'

const SESSIONS = 8

type Call = (name: string, args: Record<string, unknown>) => Promise<unknown>

/** A task: look what there is, read the two papers, write down what they say. */
const task = async (call: Call, files: string, turn: number): Promise<void> => {
  await call('list_directory', { path: join(files, 'papers') })
  for (const step of [0, 1]) await call('read_text_file', { path: join(files, 'papers', `paper-${step}.md`) })
  await call('write_file', { path: join(files, 'reports', 'report.md'), content: `what turn ${turn} found` })
}

test('what was recorded and derived runs; what was not is stopped, and nothing on disk changes', {
  timeout: 240_000,
}, async () => {
  const { folder, files } = newPlace()
  const { command, args } = filesystemServer(files)
  mkdirSync(join(files, 'papers'))
  mkdirSync(join(files, 'reports'))
  for (const step of [0, 1]) writeFileSync(join(files, 'papers', `paper-${step}.md`), `paper ${step}`)
  const evidence = join(folder, 'evidence.jsonl')

  const record = async (turn: number): Promise<void> => {
    const words = ['record', '--mcp', '--out', evidence, '--workload', 'agents/reader', '--session', `s${turn}`, '--']
    const client = new Client({ name: 'agent', version: '1' })
    await client.connect(
      new StdioClientTransport({
        command: process.execPath,
        args: [AMBIT, ...words, command, ...args],
        stderr: 'ignore',
      }),
    )
    await client.listTools()
    await task((name, given) => client.callTool({ name, arguments: given }), files, turn)
    await client.close()
  }
  for (let turn = 0; turn < SESSIONS; turn += 2) await Promise.all([record(turn), record(turn + 1)])
  const out = join(folder, 'policies-derived')
  expect(await ambit('derive', '--evidence', evidence, '--out', out)).toMatchObject({ code: 0 })

  const asked: string[] = []
  const { client, log } = await stdioClient(['--policy', out, '--elicit', '--', command, ...args], {
    capabilities: { elicitation: {} },
    prepare: each =>
      each.setRequestHandler(ElicitRequestSchema, ({ params }) => {
        asked.push(params.message)
        return { action: 'accept', content: { decision: 'approve' } }
      }),
  })
  const { tools } = await client.listTools()
  const marked = (mark: string | undefined) =>
    tools.filter(({ _meta }) => _meta?.['ambit/verdict'] === mark).map(({ name }) => name)
  expect(marked(undefined).sort()).toEqual(['list_directory', 'read_text_file', 'write_file'])
  // Other reads lie inside the envelope that a person decides about; what destroys is not shown.
  expect(marked('review')).toContain('search_files')
  expect(tools.map(({ name }) => name)).not.toContain('move_file')
  const verdicts: unknown[] = []
  await task(
    async (name, given) => {
      const result = await client.callTool({ name, arguments: given })
      verdicts.push(result.isError === true ? decisionOf(result) : 'ran')
      return result
    },
    files,
    SESSIONS,
  )
  expect(verdicts).toEqual(['ran', 'ran', 'ran', 'ran'])
  expect(readFileSync(join(files, 'reports', 'report.md'), 'utf8')).toBe(`what turn ${SESSIONS} found`)
  // Too few sessions to allow what a listing may have suggested: a person is asked about those two, and about nothing else.
  expect(asked.map(question => /papers\/paper-(\d)/.exec(question)?.[1])).toEqual(['0', '1'])
  expect(readFileSync(join(out, 'agents/reader/policy.yaml'), 'utf8')).toMatch(/catalogs:\n\s+- sha256:/)
  expect(log.entries.filter(({ event }) => event === 'catalog-changed')).toEqual([])

  const moved = { source: join(files, 'a.txt'), destination: join(files, 'b.txt') }
  const denied = await client.callTool({ name: 'move_file', arguments: moved })
  expect(decisionOf(denied)).toMatchObject({ code: 'surface-unknown' })
  expect(textOf(denied)).toContain('Nearest permission')
  expect(existsSync(join(files, 'a.txt'))).toBe(true)
  await expect.poll(() => log.find('call-stopped')).toMatchObject({ tool: 'move_file', verdict: 'deny' })
})
