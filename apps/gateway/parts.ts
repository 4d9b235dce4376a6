/** What the configuration names → the servers behind the gateway. */
import type { Log } from '../../io/enforce/log.ts'
import { childLink } from '../../io/mcp/child-link.ts'
import { httpLink } from '../../io/mcp/http-link.ts'
import { modernHttpLink } from '../../io/mcp/modern-http-link.ts'
import type { GatewayConfig } from './read-config.ts'
import type { ServerSpec } from './upstream.ts'

/** With one server the names stay as they are; with several each tool says whose it is. */
export const serverSpecs = (config: GatewayConfig, log: Log): readonly ServerSpec[] => {
  const entries = Object.entries(config.servers)
  return entries.map(([name, server]) => ({
    name,
    prefix: server.prefix ?? (entries.length === 1 ? '' : `${name}__`),
    server: server.server ?? null,
    refuses: new Set(),
    connect: (events, era) => {
      const limit = config.limits.messageBytes
      if ('url' in server) {
        const { url, headers = {} } = server
        const connect = era === 'modern' ? modernHttpLink : httpLink
        return connect({ url, headers }, limit, events, reason =>
          log('warn', 'upstream-transport', { server: name, reason }),
        )
      }
      const { command, args = [], cwd = null, env = {} } = server
      return childLink({ command, args, cwd, env }, limit, events, line =>
        log('info', 'upstream-said', { server: name, line }),
      )
    },
  }))
}
