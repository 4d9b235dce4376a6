/** The recorded sessions of the mail agent → its policy, by the command line that a user has. */
import { spawn } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type DerivedPolicy, readPolicyFile } from '../../apps/guard/index.ts'
import { evidence, WORKLOAD } from './evidence.ts'

const AMBIT = fileURLToPath(new URL('../../apps/cli/main.js', import.meta.url))

/** Rejects with what it said where it does not succeed. */
const ambit = (...words: readonly string[]): Promise<void> =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [AMBIT, ...words], { stdio: ['ignore', 'ignore', 'pipe'] })
    let said = ''
    child.stderr.setEncoding('utf8').on('data', text => {
      said += text
    })
    child.once('error', reject)
    child.once('close', code => (code === 0 ? resolve() : reject(new Error(`ambit ended with ${code}:\n${said}`))))
  })

/** Everything is written below `folder`. Rejects where deriving fails. */
export const derivePolicy = async (folder: string): Promise<DerivedPolicy> => {
  await mkdir(folder, { recursive: true })
  const recorded = join(folder, 'evidence.jsonl')
  await writeFile(recorded, evidence(Date.now()))
  await ambit('derive', '--evidence', recorded, '--out', join(folder, 'policies'))
  return readPolicyFile(join(folder, 'policies', WORKLOAD.namespace, WORKLOAD.name, 'policy.yaml'))
}
