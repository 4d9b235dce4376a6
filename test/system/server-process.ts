/** Servers of the built program as processes, and the tokens that they ask for. */
import { type ChildProcess, spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { ambit } from './cli-session.ts'
import { AMBIT } from './recording.ts'

export interface Running {
  readonly url: string
  readonly child: ChildProcess
  readonly said: () => string
  readonly ended: Promise<number | null>
}

const running: Running[] = []

export const endServers = async (): Promise<void> => {
  for (const { child, ended } of running.splice(0)) {
    child.kill('SIGKILL')
    await ended
  }
}

/** Resolves when it says where it listens. */
export const startServer = async (command: string, words: readonly string[]): Promise<Running> => {
  const child = spawn(process.execPath, [AMBIT, command, ...words], { stdio: ['ignore', 'pipe', 'pipe'] })
  let said = ''
  child.stderr.setEncoding('utf8').on('data', text => {
    said += text
  })
  const ended = new Promise<number | null>(resolve => child.once('close', code => resolve(code)))
  const url = await new Promise<string>((resolve, reject) => {
    createInterface(child.stdout).once('line', resolve)
    child.once('close', code => reject(new Error(`ended with ${code}: ${said}`)))
  })
  const found = { url, child, said: () => said, ended }
  running.push(found)
  return found
}

/** Tokens as `ambit token` makes them, in the file that it says. */
export const makeTokens = async (
  folder: string,
  ...callers: readonly (readonly string[])[]
): Promise<readonly string[]> => {
  const made = await Promise.all(callers.map(words => ambit(['token', ...words])))
  const entries = made.map(({ out }) => out.slice(out.indexOf('tokens:\n') + 'tokens:\n'.length))
  writeFileSync(join(folder, 'tokens.yaml'), `tokens:\n${entries.join('')}`)
  return made.map(({ out }) => /^(ambit_\S+)$/m.exec(out)?.[1] ?? '')
}
