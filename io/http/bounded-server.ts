/** An HTTP server that nobody can hold open: what comes in is bounded in number and time, and closing it ends. */
import { createServer as createHttpServer, type RequestListener, type Server } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { Tls } from './tls.ts'

export interface ServerBounds {
  /** Milliseconds until a request must have arrived whole. */
  readonly request: number
  /** Milliseconds that open requests have once it closes. */
  readonly grace: number
  readonly connections: number
  /** Milliseconds that a connection stays open for the next request. */
  readonly keepAlive?: number
}

export interface BoundedServer {
  /** Resolves with the URL it listens on. Rejects where it cannot. */
  listen(host: string, port: number): Promise<string>
  /** Takes no more, and waits for what is open, but not for ever. */
  close(): Promise<void>
}

const HEADERS = 64

export const boundedServer = (tls: Tls | null, bounds: ServerBounds, listener: RequestListener): BoundedServer => {
  const options = {
    headersTimeout: bounds.request,
    requestTimeout: bounds.request,
    // Time is only up when somebody looks.
    connectionsCheckingInterval: Math.ceil(bounds.request / 4),
    keepAlive: true,
    ...(bounds.keepAlive === undefined ? {} : { keepAliveTimeout: bounds.keepAlive }),
  }
  const server: Server =
    tls === null
      ? createHttpServer(options, listener)
      : createHttpsServer(
          {
            ...options,
            cert: tls.cert,
            key: tls.key,
            minVersion: 'TLSv1.2',
            handshakeTimeout: bounds.request,
            ...(tls.clientCa === null ? {} : { ca: tls.clientCa, requestCert: true, rejectUnauthorized: true }),
          },
          listener,
        )
  server.maxConnections = bounds.connections
  server.maxHeadersCount = HEADERS
  return {
    listen: (host, port) =>
      new Promise((resolve, reject) => {
        server.once('error', reject)
        server.listen(port, host, () => {
          server.removeListener('error', reject)
          const { port: bound } = server.address() as AddressInfo // a string only for pipes, which `listen(port)` makes none of
          resolve(`${tls === null ? 'http' : 'https'}://${host.includes(':') ? `[${host}]` : host}:${bound}`)
        })
      }),
    close: async () => {
      const closed = new Promise<void>(resolve => server.close(() => resolve()))
      server.closeIdleConnections()
      const cut = setTimeout(() => server.closeAllConnections(), bounds.grace)
      await closed
      clearTimeout(cut)
    },
  }
}
