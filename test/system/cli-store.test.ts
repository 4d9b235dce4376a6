/** `ambit ingest`, `ambit derive --store` and `ambit store`, as processes of their own: a folder can be opened by one at a time. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { appendFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { evidenceText, filesBelow, fileWith, newFolder, RENT, spawned } from './cli-session.ts'

const PROGRAM = fileURLToPath(new URL('../../dist/apps/cli/main.js', import.meta.url))

test('what was ingested, in two parts and one of them twice, derives to what the files derive to', async () => {
  const lines = evidenceText(RENT).trimEnd().split('\n')
  const [all, first, rest] = [lines, lines.slice(0, 25), lines.slice(25)].map(part => fileWith(`${part.join('\n')}\n`))
  const store = join(newFolder(), 'evidence.store')
  for (const part of [first, rest, first]) {
    const ran = await spawned(['ingest', '--evidence', part ?? '', '--store', store])
    expect(ran).toMatchObject({ code: 0 })
  }
  const [files, stored] = [newFolder(), newFolder()]
  expect(await spawned(['derive', '--evidence', all ?? '', '--out', files])).toMatchObject({ code: 0 })
  const ran = await spawned(['derive', '--store', store, '--out', stored, '--format', 'json'])
  expect(ran.code).toBe(0)
  expect(JSON.parse(ran.out).ledger).toMatchObject([{ received: 65, accepted: 40, duplicate: 25 }])
  // All but the ledger, which says what came again.
  const policies = (folder: string) => [...filesBelow(folder)].filter(([name]) => !name.includes('review'))
  expect(policies(stored)).toEqual(policies(files))
  expect(policies(stored).length).toBeGreaterThan(3)

  // What a reviewer marked is no evidence of need, wherever it is derived from.
  const session = /"session":"([^"]+)"/.exec(lines[0] ?? '')?.[1]
  const marks = fileWith(
    `malicious:\n  - { session: "${session}", by: ada, reason: x }\n  - { session: nobody, by: ada, reason: x }\n`,
  )
  const [filesMarked, storedMarked] = [newFolder(), newFolder()]
  for (const words of [
    ['--evidence', all ?? '', '--out', filesMarked],
    ['--store', store, '--out', storedMarked],
  ]) {
    const derived = await spawned(['derive', ...words, '--marks', marks])
    expect(derived).toMatchObject({ code: 0, err: expect.stringContaining('1 mark for which there is no evidence') })
  }
  expect(policies(storedMarked)).toEqual(policies(filesMarked))
  expect(policies(storedMarked)).not.toEqual(policies(stored))

  const shown = JSON.parse((await spawned(['store', 'show', store, '--format', 'json'])).out)
  expect(shown.workloads).toMatchObject([{ workload: 'bank/assistant', surfaces: 2 }])

  expect((await spawned(['store', 'prune', store, '--keep', '1d'])).code).toBe(0)
  expect((await spawned(['derive', '--store', store, '--out', newFolder()])).code).toBe(0)
})

test('threads derive what one does, in the same order, and say the same', async () => {
  const workloads = Array.from({ length: 230 }, (_, index) => `worker-${String(index).padStart(4, '0')}`)
  const calls = workloads.flatMap(name =>
    Array.from({ length: 4 }, (_, index) =>
      JSON.stringify({
        format: 'ambit.observation/v1',
        type: 'observation',
        id: `${name}-${index}`,
        workload: { namespace: 'agents', name },
        session: `s${index}`,
        substrate: 'tool',
        action: 'read_file',
        outcome: 'ok',
        time: new Date(Date.UTC(2026, 2, 2) + index * 600_000).toISOString(),
      }),
    ),
  )
  const store = join(newFolder(), 'evidence.store')
  const evidence = fileWith(`${calls.join('\n')}\n`)
  expect(await spawned(['ingest', '--evidence', evidence, '--store', store])).toMatchObject({ code: 0 })
  const [alone, together] = [newFolder(), newFolder()]
  const one = await spawned(['derive', '--store', store, '--out', alone, '--threads', '1'])
  const three = await spawned(['derive', '--store', store, '--out', together, '--threads', '3'])
  expect(one.code).toBe(0)
  expect([three.code, three.out]).toEqual([0, one.out.replaceAll(alone, together)])
  expect([...filesBelow(together)]).toEqual([...filesBelow(alone)])
  expect([...one.out.matchAll(/^agents\/(worker-\d+):/gm)].map(([, name]) => name)).toEqual(workloads)
  const wrong = await spawned(['derive', '--store', store, '--out', alone, '--threads', '0'])
  expect([wrong.code, wrong.err.includes('write a number from 1 on')]).toEqual([2, true])
})

test('what did not change is not derived again, and what did is, to what a first derivation gives', async () => {
  const calls = (name: string, sessions: readonly string[]): readonly string[] =>
    sessions.flatMap(session =>
      Array.from({ length: 3 }, (_, index) =>
        JSON.stringify({
          format: 'ambit.observation/v1',
          type: 'observation',
          id: `${name}-${session}-${index}`,
          workload: { namespace: 'agents', name },
          session,
          substrate: 'tool',
          action: 'read_file',
          outcome: 'ok',
          time: new Date(Date.UTC(2026, 2, 2) + index * 600_000).toISOString(),
        }),
      ),
    )
  const store = join(newFolder(), 'evidence.store')
  const out = newFolder()
  const ingest = async (lines: readonly string[], code = 0) =>
    expect((await spawned(['ingest', '--evidence', fileWith(`${lines.join('\n')}\n`), '--store', store])).code).toBe(
      code,
    )
  const derive = async (...words: readonly string[]): Promise<readonly string[]> => {
    const ran = await spawned(['derive', '--store', store, '--out', out, '--format', 'json', ...words])
    expect(ran.code).toBe(0)
    const { workloads } = JSON.parse(ran.out) as { workloads: { workload: string; unchanged?: true }[] }
    expect(workloads.map(({ workload }) => workload)).toEqual(['agents/a', 'agents/b'])
    return workloads.flatMap(({ workload, unchanged }) => (unchanged === true ? [] : [workload]))
  }
  const policies = (folder: string) => [...filesBelow(folder)].filter(([name]) => !name.includes('review'))
  await ingest([...calls('a', ['s1', 's2', 's3', 's4']), ...calls('b', ['s1', 's2', 's3', 's4'])])
  expect(await derive()).toEqual(['agents/a', 'agents/b'])
  expect(await derive()).toEqual([])
  const told = await spawned(['derive', '--store', store, '--out', out])
  expect(told.out).toMatch(/^agents\/a: .*; unchanged\nagents\/b: .*; unchanged\n$/)
  // A session more is its workload's alone.
  await ingest(calls('b', ['s5']))
  expect(await derive()).toEqual(['agents/b'])
  const fresh = newFolder()
  await spawned(['derive', '--store', store, '--out', fresh])
  expect(policies(out)).toEqual(policies(fresh))
  // What is not as it was written is written again; so is what other decisions would give, and all that is asked for.
  const policy = join(out, 'agents', 'a', 'policy.yaml')
  appendFileSync(policy, '\n')
  expect(await derive()).toEqual(['agents/a'])
  expect(policies(out)).toEqual(policies(fresh))
  const decisions = fileWith('confidence:\n  moreThan: 2\n')
  expect(await derive('--decisions', decisions)).toEqual(['agents/a', 'agents/b'])
  expect(await derive('--decisions', decisions)).toEqual([])
  expect(await derive('--decisions', decisions, '--anew')).toEqual(['agents/a', 'agents/b'])
  const marks = fileWith('malicious:\n  - { session: s1, workload: agents/a, by: ada, reason: x }\n')
  expect(await derive('--decisions', decisions, '--marks', marks)).toEqual(['agents/a'])
  expect(await derive('--decisions', decisions)).toEqual(['agents/a'])
  // Something is missing now, and nobody knows of whom.
  await ingest(['{"format":"ambit.observation/v1"}'])
  expect(await derive('--decisions', decisions)).toEqual(['agents/a', 'agents/b'])
}, 120_000)

test('sessions that were told from pauses alone are said to be in the review, from files and from a store', async () => {
  const START = Date.UTC(2026, 2, 2)
  const calls = Array.from({ length: 120 }, (_, index) =>
    JSON.stringify({
      format: 'ambit.observation/v1',
      type: 'observation',
      id: `call-${index}`,
      workload: { namespace: 'agents', name: 'nameless' },
      witness: 'p',
      substrate: 'tool',
      action: 'read_file',
      outcome: 'ok',
      time: new Date(START + Math.floor(index / 4) * 600_000 + (index % 4) * 1_000).toISOString(),
    }),
  )
  const evidence = fileWith(`${calls.join('\n')}\n`)
  const store = join(newFolder(), 'evidence.store')
  expect(await spawned(['ingest', '--evidence', evidence, '--store', store])).toMatchObject({ code: 0 })
  const [files, stored] = [newFolder(), newFolder()]
  expect(await spawned(['derive', '--evidence', evidence, '--out', files])).toMatchObject({ code: 0 })
  expect(await spawned(['derive', '--store', store, '--out', stored])).toMatchObject({ code: 0 })
  const written = [...filesBelow(stored)]
  expect(written).toEqual([...filesBelow(files)])
  const textOf = (end: string): string => String(written.find(([name]) => name.endsWith(end))?.[1])
  expect(textOf('review.md')).toContain('**30 sessions told from pauses between tool calls alone**')
  expect(JSON.parse(textOf('review.json'))).toMatchObject({ inferredSessions: 30 })
})

test('what is rejected is counted, what is no store is said, and nothing is nothing', async () => {
  const store = join(newFolder(), 'evidence.store')
  const broken = fileWith('{"format":"ambit.observation/v1"}\nnot json\n')
  const ran = await spawned(['ingest', '--evidence', broken, '--store', store])
  expect(ran.code).toBe(3)
  expect(ran.err).toContain('error[evidence-empty]')
  expect(ran.err).toMatch(/ambit\s+1\s+0\s+0\s+1/)
  expect((await spawned(['derive', '--store', store, '--out', newFolder()])).code).toBe(3)
  const unknown = await spawned(['store', 'show', 'redis://x'])
  expect([unknown.code, unknown.err.includes('error[store-unknown]')]).toEqual([2, true])
  const file = join(newFolder(), 'file')
  writeFileSync(file, '')
  const unopened = await spawned(['store', 'show', file])
  expect([unopened.code, unopened.err.includes('error[store-failed]')]).toEqual([2, true])
  const away = await spawned(['store', 'show', 'clickhouse://127.0.0.1:1/x'])
  expect([away.code, away.err.includes('error[store-failed]')]).toEqual([2, true])
})

test('a file that is written and rotated is followed until it is ended, and begun again it counts once', async () => {
  const lines = evidenceText(RENT).trimEnd().split('\n')
  const folder = newFolder()
  const [file, store] = [join(folder, 'sensor.jsonl'), join(folder, 'evidence.store')]
  const follow = async (write: () => Promise<void>): Promise<string> => {
    const child = spawn(
      process.execPath,
      [PROGRAM, 'ingest', '--follow', '--evidence', file, '--store', store, '--format', 'json'],
      {
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    )
    const ended = text(child.stdout)
    await once(child.stderr, 'data')
    child.stderr.resume()
    await sleep(1_000)
    await write()
    await sleep(4_000)
    child.kill('SIGTERM')
    return ended
  }
  const first = await follow(async () => {
    appendFileSync(file, `${lines.slice(0, 10).join('\n')}\n`)
    await sleep(1_000)
    renameSync(file, `${file}.1`)
    appendFileSync(file, `${lines.slice(10, 39).join('\n')}\n`)
  })
  expect(JSON.parse(first).ledger).toMatchObject([{ accepted: 39, duplicate: 0, lost: 0 }])
  const again = await follow(async () => appendFileSync(file, `${lines.slice(39).join('\n')}\n`))
  expect(JSON.parse(again).ledger).toMatchObject([{ accepted: 40, lost: 0 }])
}, 120_000)
