/** The gateway with everything that is kept of it: real receipts that verify offline, and an exception that ends by itself. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ambit, decisionOf, filesystemServer, gatewayHere, httpClient, newPlace, WORKLOAD } from './gateway.ts'

test('receipts of a gateway hold, and their decisions can be computed again', { timeout: 120_000 }, async () => {
  const place = newPlace()
  const keys = join(place.folder, 'keys')
  const folder = join(place.folder, 'receipts')
  expect(await ambit('audit', 'keygen', '--out', keys)).toMatchObject({ code: 0 })
  const exceptions = join(place.folder, 'exceptions.yaml')
  const denied = join(place.files, 'b.txt')
  const except = ['--id', 'move-once', '--workload', WORKLOAD, '--owner', 'ada', '--reason', 'renaming the corpus']
  const scope = ['--action', 'create_directory', '--value', `tool.args.path=${join(place.files, 'new')}`]
  const words = [
    'exceptions',
    'add',
    exceptions,
    ...except,
    ...scope,
    '--value',
    'tool.server=secure-filesystem-server',
  ]
  expect(await ambit(...words, '--for', '1h')).toMatchObject({ code: 0 })

  const alerts = join(place.folder, 'alerts.jsonl')
  const { gateway, url, log } = await gatewayHere({
    policies: place.policies,
    alerts: { file: alerts, format: 'ocsf' },
    servers: { files: filesystemServer(place.files) },
    exceptions,
    receipts: { folder, signingKey: join(keys, 'signing-key.pem'), digestKey: join(keys, 'digest-key'), allows: true },
  })
  const client = await httpClient(url)
  const call = (name: string, args: Record<string, unknown>) => client.callTool({ name, arguments: args })
  expect(await call('read_text_file', { path: join(place.files, 'a.txt') })).not.toHaveProperty('isError')
  expect(decisionOf(await call('move_file', { source: 'a', destination: denied }))).toMatchObject({ verdict: 'deny' })
  expect(await call('create_directory', { path: join(place.files, 'new') })).not.toHaveProperty('isError')
  expect(existsSync(join(place.files, 'new'))).toBe(true)
  expect(decisionOf(await call('create_directory', { path: join(place.files, 'other') }))).toMatchObject({
    verdict: 'deny',
  })
  expect(existsSync(join(place.files, 'other'))).toBe(false)
  await expect.poll(() => log.find('exception')).toMatchObject({ exception: 'move-once', change: 'in-force' })
  await gateway.close('done')

  const key = ['--key', join(keys, 'public-key.pem')]
  const recomputing = ['--policies', place.policies, '--digest-key', join(keys, 'digest-key')]
  const verified = await ambit('audit', 'verify', folder, ...key, ...recomputing)
  expect(`${verified.stdout}${verified.stderr}`).not.toContain('differ')
  expect(verified.code).toBe(0)
  const shown = (await ambit('audit', 'show', folder)).stdout
  const kinds = shown
    .split('\n')
    .filter(line => line !== '')
    .map(line => JSON.parse(line).event.kind)
  expect(kinds.filter(kind => kind === 'decision')).toHaveLength(4)
  for (const kind of ['start', 'exception', 'stop']) expect(kinds).toContain(kind)

  // Two calls were denied, one was covered by an exception, one was allowed.
  const findings = readFileSync(alerts, 'utf8').trimEnd().split('\n')
  expect(findings.map(line => JSON.parse(line).class_uid)).toEqual([2004, 2004])
  expect(kinds.filter(kind => kind === 'alert')).toHaveLength(2)
  expect(log.find('alert')).toMatchObject({ kind: 'deviation', action: 'move_file', workload: WORKLOAD })
  expect(shown).not.toContain('the text of a')
})
