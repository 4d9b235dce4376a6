/** Text of `gateway.yaml` → what to start, with paths made whole and variables of the environment put in. */
import { readFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { wholeAlerts } from '../../io/enforce/open-alerts.ts'
import { isLoopback } from '../../io/mcp/http-guard.ts'
import { done, failed, type Outcome, type Problem } from '../../io/problem.ts'
import { checkYaml } from '../../io/yaml/check-yaml.ts'
import { readYaml, type YamlText } from '../../io/yaml/read-yaml.ts'
import { type GatewayText, gatewaySchema, type ServerText } from './config-schema.ts'

const MAX_CHARACTERS = 1_048_576

export type GatewayConfig = GatewayText

/** Milliseconds that a client which was asked something may take: as long as others have to answer, and no less than a person needs. */
export const awayOf = ({ approvals }: GatewayConfig): number => Math.max(600, approvals.withinSeconds) * 1_000

type Environment = Readonly<Record<string, string | undefined>>

const VARIABLE = /^\$\{?([A-Za-z_][A-Za-z0-9_]*)\}?$/

/** Variables that are named and not set. */
const unset = (map: Readonly<Record<string, string>>, environment: Environment): readonly string[] =>
  Object.values(map).flatMap(value => {
    const name = VARIABLE.exec(value)?.[1]
    return name !== undefined && environment[name] === undefined ? [name] : []
  })

const filled = (map: Readonly<Record<string, string>>, environment: Environment): Record<string, string> =>
  Object.fromEntries(
    Object.entries(map).map(([key, value]) => {
      const name = VARIABLE.exec(value)?.[1]
      return [key, name === undefined ? value : (environment[name] ?? '')]
    }),
  )

const secretsOf = (server: ServerText): Readonly<Record<string, string>> =>
  'url' in server ? (server.headers ?? {}) : (server.env ?? {})

const withSecrets = (server: ServerText, environment: Environment): ServerText =>
  'url' in server
    ? { ...server, headers: filled(server.headers ?? {}, environment) }
    : { ...server, env: filled(server.env ?? {}, environment) }

const invalid = (what: string, where: string, help: string): Problem => ({ code: 'field-invalid', what, where, help })

const problemsOf = (config: GatewayText, yaml: YamlText, environment: Environment): readonly Problem[] => {
  const { listen, tokens, servers } = config
  const missing = Object.entries(servers).flatMap(([name, server]) =>
    unset(secretsOf(server), environment).map(variable =>
      invalid(`the variable \`${variable}\` is not set`, yaml.at(['servers', name]), 'set it where the gateway starts'),
    ),
  )
  const open =
    listen !== 'stdio' && tokens === undefined && !isLoopback(listen.host)
      ? [
          invalid(
            `\`listen.host\` is \`${listen.host}\`, and anybody could call`,
            yaml.at(['listen', 'host']),
            'name a `tokens` file, or listen on `127.0.0.1`',
          ),
        ]
      : []
  const halves = [listen, config.admin].flatMap(place =>
    typeof place === 'object' && 'port' in place && (place.cert === undefined) !== (place.key === undefined)
      ? [invalid('TLS needs both `cert` and `key`', yaml.at(['listen']), 'name both, or neither')]
      : [],
  )
  return [...missing, ...open, ...halves]
}

/** Errors: those of reading YAML, `field-unknown`, `field-invalid`. */
export const readGatewayConfig = (
  textOfFile: string,
  file: string,
  environment: Environment,
): Outcome<GatewayConfig> => {
  const yaml = readYaml(textOfFile, file, MAX_CHARACTERS)
  if (!yaml.ok) return yaml
  const checked = checkYaml(yaml.value, gatewaySchema)
  if (!checked.ok) return checked
  const problems = problemsOf(checked.value, yaml.value, environment)
  if (problems.length > 0) return failed(...problems)
  const from = dirname(resolve(file))
  const whole = (path: string): string => resolve(from, path)
  // A key may stand in the environment instead.
  const keyPlace = (place: string): string => (place.startsWith('env:') ? place : whole(place))
  const tlsFiles = (at: { readonly cert?: string | undefined; readonly key?: string | undefined }) => ({
    ...(at.cert === undefined ? {} : { cert: whole(at.cert) }),
    ...(at.key === undefined ? {} : { key: whole(at.key) }),
  })
  const { listen, admin, receipts, alerts, servers, ...rest } = checked.value
  return done({
    ...rest,
    policies: whole(rest.policies),
    ...(rest.tokens === undefined ? {} : { tokens: whole(rest.tokens) }),
    ...(rest.exceptions === undefined ? {} : { exceptions: whole(rest.exceptions) }),
    listen: listen === 'stdio' ? listen : { ...listen, ...tlsFiles(listen) },
    ...(admin === undefined
      ? {}
      : { admin: 'socket' in admin ? { socket: whole(admin.socket) } : { ...admin, ...tlsFiles(admin) } }),
    ...(alerts === undefined ? {} : { alerts: wholeAlerts(alerts, whole) }),
    ...(receipts === undefined
      ? {}
      : {
          receipts: {
            ...receipts,
            folder: whole(receipts.folder),
            signingKey: keyPlace(receipts.signingKey),
            digestKey: keyPlace(receipts.digestKey),
          },
        }),
    servers: Object.fromEntries(
      Object.entries(servers).map(([name, server]) => {
        const complete = withSecrets(server, environment)
        return [name, 'command' in complete ? { ...complete, cwd: whole(complete.cwd ?? '.') } : complete]
      }),
    ),
  })
}

/** Errors: `file-unreadable`, and those of {@link readGatewayConfig}. */
export const loadGatewayConfig = async (file: string, environment: Environment): Promise<Outcome<GatewayConfig>> => {
  try {
    return readGatewayConfig(await readFile(file, 'utf8'), file, environment)
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error'
    return failed({ code: 'file-unreadable', what: `cannot be read: ${reason}`, where: file, help: null })
  }
}
