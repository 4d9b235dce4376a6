/** Text of `decision-api.yaml` → what to start, with paths made whole. */
import { readFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { wholeAlerts } from '../../io/enforce/open-alerts.ts'
import { clearTextProblem, withWholeTlsPaths } from '../../io/http/listen-settings.ts'
import { done, failed, type Outcome } from '../../io/problem.ts'
import { checkYaml } from '../../io/yaml/check-yaml.ts'
import { readYaml } from '../../io/yaml/read-yaml.ts'
import { type DecisionApiConfig, decisionApiSchema } from './config-schema.ts'

const MAX_CHARACTERS = 1_048_576

const withWholePaths = (config: DecisionApiConfig, from: string): DecisionApiConfig => {
  const whole = (path: string): string => resolve(from, path)
  const { listen, receipts, alerts, exceptions } = config
  return {
    ...config,
    policies: whole(config.policies),
    tokens: whole(config.tokens),
    listen: withWholeTlsPaths(listen, from),
    ...(exceptions === undefined ? {} : { exceptions: whole(exceptions) }),
    ...(alerts === undefined ? {} : { alerts: wholeAlerts(alerts, whole) }),
    ...(receipts === undefined
      ? {}
      : {
          receipts: {
            ...receipts,
            folder: whole(receipts.folder),
            signingKey: whole(receipts.signingKey),
            digestKey: whole(receipts.digestKey),
          },
        }),
  }
}

/** Errors: those of reading YAML, `field-unknown`, `field-invalid`. */
export const readDecisionApiConfig = (text: string, file: string): Outcome<DecisionApiConfig> => {
  const yaml = readYaml(text, file, MAX_CHARACTERS)
  if (!yaml.ok) return yaml
  const checked = checkYaml(yaml.value, decisionApiSchema)
  if (!checked.ok) return checked
  const unsafe = clearTextProblem(checked.value.listen, yaml.value.at(['listen', 'host']))
  if (unsafe !== null) return failed(unsafe)
  return done(withWholePaths(checked.value, dirname(resolve(file))))
}

/** Errors: `file-unreadable`, and those of {@link readDecisionApiConfig}. */
export const loadDecisionApiConfig = async (file: string): Promise<Outcome<DecisionApiConfig>> => {
  try {
    return readDecisionApiConfig(await readFile(file, 'utf8'), file)
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error'
    return failed({ code: 'file-unreadable', what: `cannot be read: ${reason}`, where: file, help: null })
  }
}
