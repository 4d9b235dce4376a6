/** What a configuration says of an address, as a schema: where, with which certificate, and that no token travels in the clear. */
import { resolve } from 'node:path'
import { z } from 'zod'
import { isLoopback } from '../mcp/http-guard.ts'
import type { Problem } from '../problem.ts'
import type { TlsFiles } from './tls.ts'

const path = z.string().min(1).max(4_096)

/** `port`: where it listens unless the configuration says otherwise. */
export const listenFields = (port: number) => ({
  host: z.string().min(1).max(255).default('127.0.0.1'),
  port: z.int().min(0).max(65_535).default(port),
  cert: path.optional().describe('With `key`: TLS'),
  key: path.optional(),
  clientCa: path.optional().describe('Callers need a certificate that one of these signed, beside their token'),
  plainHttp: z
    .boolean()
    .default(false)
    .describe('Callers of other machines come without TLS: only where something before it ends TLS'),
})

export const hasCertAndKey = ({ cert, key }: TlsFiles): boolean => (cert === undefined) === (key === undefined)
export const CERT_AND_KEY = { path: ['listen'], error: 'TLS needs both `cert` and `key`' }

export const hasTlsForClientCa = ({ cert, clientCa }: TlsFiles): boolean => clientCa === undefined || cert !== undefined
export const TLS_FOR_CLIENT_CA = {
  path: ['listen', 'clientCa'],
  error: 'certificates of callers need TLS: name `cert` and `key`',
}

/** The same with paths made whole. */
export const withWholeTlsPaths = <Listen extends TlsFiles>(
  { cert, key, clientCa, ...rest }: Listen,
  from: string,
): Omit<Listen, keyof TlsFiles> & TlsFiles => ({
  ...rest,
  ...(cert === undefined ? {} : { cert: resolve(from, cert) }),
  ...(key === undefined ? {} : { key: resolve(from, key) }),
  ...(clientCa === undefined ? {} : { clientCa: resolve(from, clientCa) }),
})

/** Null: no token travels in the clear, or somebody says that none does. `where`: of the host. */
export const clearTextProblem = (
  { host, cert, plainHttp }: TlsFiles & { readonly host: string; readonly plainHttp: boolean },
  where: string,
): Problem | null =>
  cert !== undefined || plainHttp || isLoopback(host)
    ? null
    : {
        code: 'field-invalid',
        what: `\`listen.host\` is \`${host}\`, and tokens would travel in the clear`,
        where,
        help: 'name `cert` and `key`, or say `plainHttp: true` where something before it ends TLS',
      }
