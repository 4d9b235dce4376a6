/**
 * `ambit ingest --follow`, killed at any moment and begun again, while files are written and rotated in between: every record is stored, each
 * counts once, and what was stored long ago is not read again. `AMBIT_KILLS` sets how often it is killed.
 */
import { spawn } from 'node:child_process'
import { appendFileSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import type { SourceLedger } from '../../core/model/ledger.ts'
import { newFolder, spawned } from './cli-session.ts'

const PROGRAM = fileURLToPath(new URL('../../dist/apps/cli/main.js', import.meta.url))
const ROUNDS = Number(process.env.AMBIT_KILLS ?? 8)

const call = (n: number): string =>
  `${JSON.stringify({
    format: 'ambit.observation/v1',
    type: 'observation',
    id: `call-${n}`,
    workload: { namespace: 'agents', name: 'followed' },
    session: `s-${n % 7}`,
    witness: `s-${n % 7}`,
    time: new Date(Date.UTC(2026, 2, 1) + n * 1_000).toISOString(),
    substrate: 'tool',
    action: 'read_file',
    values: [],
    outcome: 'ok',
  })}\n`

test('every record is stored, each counts once, and little is read twice', async () => {
  const folder = newFolder()
  const [file, store] = [join(folder, 'sensor.jsonl'), join(folder, 'evidence.store')]
  const words = ['ingest', '--follow', '--evidence', file, '--store', store, '--format', 'json']
  let [calls, broken, perRound] = [0, 0, 0]
  const write = (count: number): void => {
    for (let n = 0; n < count; n++) {
      appendFileSync(file, call(calls++))
      if (calls % 10 !== 0) continue
      broken += 1
      appendFileSync(file, `broken ${calls}\n`)
    }
  }
  const rotate = (round: number): void => renameSync(file, `${file}.${ROUNDS * 2 - round}`)
  write(400)
  for (let round = 0; round < ROUNDS; round++) {
    const child = spawn(process.execPath, [PROGRAM, ...words], { stdio: ['ignore', 'ignore', 'pipe'] })
    const ended = new Promise(resolve => child.once('close', resolve))
    await new Promise(resolve => child.stderr.once('data', resolve))
    child.stderr.resume()
    const before = calls + broken
    for (let part = 0; part < 4; part++) {
      write(20)
      if (part === 1 && round % 2 === 0) rotate(round * 2)
      await sleep(Math.random() * 900)
    }
    child.kill('SIGKILL')
    await ended
    // While nobody reads, too.
    write(20)
    if (round % 3 === 1) rotate(round * 2 + 1)
    write(20)
    perRound = Math.max(perRound, calls + broken - before)
  }
  /** Reads on for a while, and ends as it should: on a slow machine once is not enough to have read all. */
  const readOn = async (): Promise<readonly SourceLedger[]> => {
    const child = spawn(process.execPath, [PROGRAM, ...words], { stdio: ['ignore', 'ignore', 'pipe'] })
    const ended = new Promise(resolve => child.once('close', resolve))
    await new Promise(resolve => child.stderr.once('data', resolve))
    child.stderr.resume()
    await sleep(3_000)
    child.kill('SIGTERM')
    await ended
    const shown: { ledger: readonly SourceLedger[] } = JSON.parse(
      (await spawned(['store', 'show', store, '--format', 'json'])).out,
    )
    return shown.ledger
  }
  let ledger = await readOn()
  const sum = (of: (entry: SourceLedger) => number): number => ledger.reduce((all, entry) => all + of(entry), 0)
  for (let tries = 0; tries < 5 && sum(({ accepted }) => accepted) < calls; tries++) ledger = await readOn()
  expect(sum(({ accepted }) => accepted)).toBe(calls)
  expect(sum(({ rejected }) => rejected['not-json'] ?? 0)).toBe(broken)
  expect(ledger.map(({ lost }) => lost)).toEqual(ledger.map(() => 0))
  // Beginning anew each time would read the first records in every round; of a killed one it is a second's worth.
  expect(sum(({ duplicate }) => duplicate)).toBeLessThan(ROUNDS * perRound)
}, 240_000)
