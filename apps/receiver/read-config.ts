/** Text of `serve.yaml` → what to start, with paths made whole. */
import { readFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { clearTextProblem, withWholeTlsPaths } from '../../io/http/listen-settings.ts'
import { done, failed, type Outcome } from '../../io/problem.ts'
import { isFolder } from '../../io/store/servers.ts'
import { checkYaml } from '../../io/yaml/check-yaml.ts'
import { readYaml } from '../../io/yaml/read-yaml.ts'
import { type ServeConfig, serveSchema } from './config-schema.ts'

const MAX_CHARACTERS = 1_048_576

/** Errors: those of reading YAML, `field-unknown`, `field-invalid`. */
export const readServeConfig = (text: string, file: string): Outcome<ServeConfig> => {
  const yaml = readYaml(text, file, MAX_CHARACTERS)
  if (!yaml.ok) return yaml
  const checked = checkYaml(yaml.value, serveSchema)
  if (!checked.ok) return checked
  const { tokens, decisions, listen, store, follow } = checked.value
  const unsafe = clearTextProblem(listen, yaml.value.at(['listen', 'host']))
  if (unsafe !== null) return failed(unsafe)
  const from = dirname(resolve(file))
  return done({
    ...checked.value,
    tokens: resolve(from, tokens),
    follow: follow.map(file => resolve(from, file)),
    store: isFolder(store) ? resolve(from, store) : store,
    ...(decisions === undefined ? {} : { decisions: resolve(from, decisions) }),
    listen: withWholeTlsPaths(listen, from),
  })
}

/** Errors: `file-unreadable`, and those of {@link readServeConfig}. */
export const loadServeConfig = async (file: string): Promise<Outcome<ServeConfig>> => {
  try {
    return readServeConfig(await readFile(file, 'utf8'), file)
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error'
    return failed({ code: 'file-unreadable', what: `cannot be read: ${reason}`, where: file, help: null })
  }
}
