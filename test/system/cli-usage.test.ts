/** How the command line speaks: wrong words, help, color, progress, pipes, and text that would like to be obeyed. */
import { spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { ambit, derivedRent, evidenceText, filesBelow, fileWith, newFolder, RENT, spawned } from './cli-session.ts'

const COMMANDS = ['derive', 'explain', 'evaluate', 'verify', 'diff', 'schema', 'serve', 'record']

describe('wrong words', () => {
  test.each([
    [['deriv'], 'did you mean derive?'],
    [['derive', '--evidnce', 'x'], 'did you mean `--evidence`?'],
    [['derive', '--out', 'o'], '--evidence'],
    [['derive', '--out', 'o', '--evidence', 'e', '--store', 's'], 'and not both'],
    [['derive', '--out', 'o', '--store', 's', '--source', 'otlp'], '`--source`'],
    [['ingest', '--evidence', 'e'], '--store'],
    [['store', 'prune', 's', '--keep', 'long'], 'write days'],
    [['derive', '--evidence', 'x'], '--out'],
    [
      ['evaluate', '--policy', 'p', '--evidence', 'e', '--context', 'some'],
      'allowed choices are all, results, request, none',
    ],
    [['evaluate', '--policy', 'p', '--evidence', 'e', '--format', 'json'], 'allowed choices are text, jsonl'],
    [['schema', 'polcy'], 'allowed choices are decisions, policy, observation'],
    [['explain', '--policy', 'p', 'a', '--observation', '{}'], 'exclude each other'],
    [['explain', '--policy', '/nowhere/policy.yaml'], 'file-unreadable'],
    [['derive', '--evidence', '/nowhere', '--out', 'x'], 'evidence-not-found'],
    [['derive', '--evidence', '-', '--out', 'x', '--source', 'otpl'], 'did you mean `otlp`?'],
    [['diff', 'one'], 'missing required argument'],
    [['schema', 'policy', 'more'], 'too many arguments'],
  ])('%j is exit code 2 and says what to do', async (words, said) => {
    const ran = await ambit(words)
    expect(ran).toMatchObject({ code: 2, out: '' })
    expect(ran.err).toContain(said)
    expect(ran.err).toMatch(/^error\[[a-z-]+\]: /)
  })

  test('no words at all show the help and are exit code 2', async () => {
    expect(await ambit([])).toMatchObject({ code: 2, out: '', err: expect.stringContaining('Usage: ambit') })
  })
})

describe('help', () => {
  test.each(COMMANDS)('%s --help has examples', async command => {
    const ran = await spawned([command, '--help'])
    expect(ran).toMatchObject({ code: 0, err: '' })
    expect(ran.out).toMatch(new RegExp(`examples:[^]*ambit ${command}`, 'i'))
  })

  test('names every command', async () => {
    const { out } = await ambit(['--help'])
    for (const command of COMMANDS) expect(out).toContain(`  ${command}`)
  })
})

describe('color and progress', () => {
  const escapes = (text: string): boolean => text.includes('\u001b')

  test('are for terminals; progress leaves nothing behind', async () => {
    const { policy, evidence } = await derivedRent()
    const plain = await ambit(['explain', '--policy', policy])
    const colored = await ambit(['explain', '--policy', policy], { color: true })
    expect([escapes(plain.out), escapes(colored.out)]).toEqual([false, true])
    const quiet = await ambit(['evaluate', '--policy', policy, '--evidence', evidence])
    const busy = await ambit(['evaluate', '--policy', policy, '--evidence', evidence], { isTTY: true })
    expect(escapes(quiet.err)).toBe(false)
    expect(busy.err).toContain('records')
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what the progress line is made of
    expect(busy.err.replace(/\r\u001b\[K[^\r]*records[^\r]*\r\u001b\[K/, '')).toBe(quiet.err)
    expect(busy.out).toBe(quiet.out)
  })

  test('NO_COLOR wins over what asks for color', async () => {
    const { policy } = await derivedRent()
    const forced = await spawned(['explain', '--policy', policy], { env: { FORCE_COLOR: '1' } })
    const none = await spawned(['explain', '--policy', policy], { env: { FORCE_COLOR: '1', NO_COLOR: '1' } })
    expect([escapes(forced.out), escapes(none.out)]).toEqual([true, false])
  })
})

describe('text that would like to be obeyed', () => {
  const NASTY = '\u001b]0;owned\u0007\u001b[2J\u202e\r`|<script>: *anchor'

  test('is shown and not obeyed, on both streams and in every file', async () => {
    const calls = RENT.map(() => [{ action: NASTY, arguments: { [NASTY]: NASTY, __proto__: 1, '../../x': NASTY } }])
    const evidence = fileWith(`${evidenceText(calls)}{"format":"ambit.observation/v1","type":"${'\\u001b[2J'}"}\n`)
    const out = newFolder()
    const runs = [
      await ambit(['derive', '--evidence', evidence, '--out', out]),
      await ambit(['explain', '--policy', join(out, 'bank/assistant/policy.yaml')]),
      await ambit(['explain', '--policy', join(out, 'bank/assistant/policy.yaml'), NASTY]),
      await ambit(['evaluate', '--policy', out, '--evidence', evidence]),
      await ambit(['evaluate', '--policy', out, '--evidence', evidence, '--format', 'jsonl']),
      await ambit(['verify', out, '--evidence', evidence]),
      await ambit(['explain', '--policy', NASTY]),
      await ambit([NASTY]),
    ]
    expect(runs.map(({ code }) => code)).toEqual([0, 0, 0, 0, 0, 0, 2, 2])
    for (const { out: text, err } of runs) expect(text + err).not.toMatch(/(?!\n)\p{Cc}|\p{Cf}/u)
    for (const [name, text] of filesBelow(out)) expect(text, name).not.toMatch(/(?![\n\t])\p{Cc}|\p{Cf}/u)
    const lines = runs[4]?.out.trimEnd().split('\n') ?? []
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ action: NASTY, verdict: 'allow' })
  })

  test('does not lead out of the output folder', async () => {
    const parent = newFolder()
    const out = join(parent, 'out')
    const names = ['../../x', '..', '.', 'a/b', '/etc', 'a..b', 'con\u0000', 'ok']
    const text = names.map((name, index) =>
      evidenceText(RENT, { namespace: name, name }).replaceAll('"id":"', `"id":"${index}-`),
    )
    const ran = await ambit(['derive', '--evidence', fileWith(text.join('')), '--out', out])
    expect(ran.code).toBe(0)
    expect(ran.err).toContain('invalid-workload')
    expect(readdirSync(parent)).toEqual(['out'])
    expect(readdirSync(out)).toEqual(['ok'])
  })

  test('links in the output folder are not followed', async () => {
    const evidence = fileWith(evidenceText(RENT))
    const elsewhere = newFolder()
    const out = newFolder()
    symlinkSync(elsewhere, join(out, 'bank'))
    const linked = await ambit(['derive', '--evidence', evidence, '--out', out])
    expect(linked).toMatchObject({ code: 2, err: expect.stringContaining('output-unsafe') })
    expect(readdirSync(elsewhere)).toEqual([])

    const second = newFolder()
    const folder = join(second, 'bank', 'assistant')
    mkdirSync(folder, { recursive: true })
    const victim = join(elsewhere, 'victim')
    writeFileSync(victim, 'untouched')
    symlinkSync(victim, join(folder, 'policy.yaml'))
    mkdirSync(join(folder, 'artifacts'))
    symlinkSync(elsewhere, join(folder, 'artifacts', 'old'))
    expect((await ambit(['derive', '--evidence', evidence, '--out', second])).code).toBe(0)
    expect(filesBelow(elsewhere)).toEqual(new Map([['victim', 'untouched']]))
    expect(filesBelow(folder).get('policy.yaml')).toContain('format: ambit.policy/v1')
    expect(readdirSync(join(folder, 'artifacts'))).not.toContain('old')
  })
})

describe('the program as a process', () => {
  test('is what the package calls `ambit`, and can be executed: npx runs the file itself', () => {
    const root = new URL('../../', import.meta.url)
    const { bin } = JSON.parse(readFileSync(new URL('package.json', root), 'utf8'))
    const ran = spawnSync(fileURLToPath(new URL(bin.ambit, root)), ['--version'], { encoding: 'utf8' })
    expect(ran).toMatchObject({ status: 0, stdout: '0.1.0\n' })
  })

  test('reads standard input, writes results to one stream and the ledger to the other, and its exit code is the answer', async () => {
    const text = evidenceText(RENT)
    const out = newFolder()
    const derived = await spawned(['derive', '--evidence', '-', '--out', out, '--format', 'json'], { stdin: text })
    expect(derived.code).toBe(0)
    expect(JSON.parse(derived.out).workloads).toHaveLength(1)
    expect(derived.err).toMatch(/ambit\s+40/)
    const judged = await spawned(['evaluate', '--policy', out, '--evidence', '-', '--format', 'jsonl'], { stdin: text })
    expect(judged.out.trimEnd().split('\n')).toHaveLength(40)
    expect((await spawned(['derive', '--evidence', '-', '--out', out])).code).toBe(3)
    expect((await spawned(['derive'])).code).toBe(2)
  })
})
