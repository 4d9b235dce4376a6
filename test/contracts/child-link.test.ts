/** A server that the gateway starts: it gets what programs need to start, and nothing else of the gateway's environment. */
import { afterEach, expect, test, vi } from 'vitest'
import { childLink } from '../../io/mcp/child-link.ts'
import { own } from '../../io/mcp/message.ts'

afterEach(() => vi.unstubAllEnvs())

test('does not get the gateway’s secrets', async () => {
  vi.stubEnv('AMBIT_TEST_SECRET', 'hunter2')
  const program = `process.stdout.write(JSON.stringify({ jsonrpc: '2.0', method: 'env', params: process.env }) + '\\n')`
  const command = { command: process.execPath, args: ['--eval', program], cwd: null, env: { GIVEN: 'yes' } }
  const said = await new Promise<unknown>((resolve, reject) => {
    const events = {
      message: ({ message }: { readonly message: unknown }) => resolve(own(message, 'params')),
      refused: reject,
      ready: () => undefined,
      closed: () => undefined,
    }
    childLink(command, 1 << 20, events, () => undefined)
  })
  expect(said).toMatchObject({ GIVEN: 'yes', PATH: process.env.PATH })
  expect(said).not.toHaveProperty('AMBIT_TEST_SECRET')
  expect(JSON.stringify(said)).not.toContain('hunter2')
})
