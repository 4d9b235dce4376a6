/**
 * Real processes and a real disk: a writer that is killed at any moment leaves everything that it acknowledged, and nothing counts
 * twice, however often what was not acknowledged is sent again. `AMBIT_KILLS` sets how many are killed.
 */
import { execFileSync, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { FOLDING } from '../../core/pipeline.ts'
import type { EvidenceStore } from '../../io/store/evidence-store.ts'
import { createMemoryStore } from '../../io/store/memory-store.ts'
import { openStore } from '../../io/store/open-store.ts'
import { profileText } from '../contracts/evidence-line.ts'
import { temporaryFolder } from './embedded-engine.ts'
import { batchOf } from './store-batches.ts'

const WRITER = fileURLToPath(new URL('../../dist/test/system/store-writer.js', import.meta.url))
const KILLS = Number(process.env.AMBIT_KILLS ?? 15)

/** The last batch that the writer said was acknowledged before it was killed, some time after it had opened the store. */
const killed = (folder: string, from: number, after: number): Promise<number> =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [WRITER, folder, String(from)], { stdio: ['ignore', 'pipe', 'ignore'] })
    let last = from - 1
    createInterface({ input: child.stdout }).on('line', line => {
      const [word, number] = line.split(' ')
      if (word === 'open') setTimeout(() => child.kill('SIGKILL'), after)
      else if (word === 'ok') last = Number(number)
      else reject(new Error(line))
    })
    child.on('error', reject)
    child.on('close', () => resolve(last))
  })

const told = async (store: EvidenceStore) => {
  const { workloads, ledger, profile } = await store.read()
  const profiles = await Promise.all(workloads.map(profile))
  return {
    accepted: ledger.map(({ accepted, rejected }) => ({ accepted, rejected })),
    profiles: profiles.map(found => (found === null ? null : profileText(found))),
  }
}

test('nothing acknowledged is lost, and nothing counts twice', async () => {
  const { path, remove } = await temporaryFolder()
  let acknowledged = -1
  for (let round = 0; round < KILLS; round++) acknowledged = await killed(path, acknowledged + 1, Math.random() * 400)
  // Whatever the last one had begun is sent again, and a little more.
  const end = acknowledged + 3
  execFileSync(process.execPath, [WRITER, path, String(acknowledged + 1), String(end)], { stdio: 'pipe' })
  const memory = createMemoryStore(FOLDING)
  for (let index = 0; index < end; index++) await memory.append(batchOf(index))
  const opened = await openStore(path, { folding: FOLDING, now: Date.now })
  if (!opened.ok) throw new Error(opened.problems[0]?.what)
  expect(acknowledged).toBeGreaterThan(KILLS / 2)
  expect(await told(opened.value.store)).toEqual(await told(memory))
  await opened.value.store.close()
  await remove()
}, 1_200_000)
