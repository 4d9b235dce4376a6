/** The contracts of the command line that scripts rely on: what is printed where, and the exit codes. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { ambit, derivedRent, evidenceText, filesBelow, fileWith, newFolder, RENT } from './cli-session.ts'

describe('derive', () => {
  test('writes the policy, the review and the artifacts of each workload, and says so in JSON', async () => {
    const evidence = fileWith(
      evidenceText(RENT) + evidenceText(RENT, { namespace: 'bank', name: 'other' }).replaceAll('"id":"', '"id":"o'),
    )
    const out = newFolder()
    const ran = await ambit(['derive', '--evidence', evidence, '--out', out, '--format', 'json'])
    expect(ran.code).toBe(0)
    const report = JSON.parse(ran.out)
    expect(report.workloads.map(({ workload }: { workload: string }) => workload)).toEqual([
      'bank/assistant',
      'bank/other',
    ])
    const [first] = report.workloads
    expect(first).toMatchObject({
      permissions: 2,
      coverage: { complete: true },
      ledger: [{ source: 'ambit', received: 80 }],
    })
    expect(readFileSync(first.policy, 'utf8')).toContain(`digest: ${first.digest}`)
    const names = [...filesBelow(join(out, 'bank', 'assistant')).keys()]
    expect(names).toEqual(
      expect.arrayContaining([
        'policy.yaml',
        'review.json',
        'review.md',
        'artifacts/cedar/policy.cedar',
        'artifacts/cedar/losses.json',
      ]),
    )
    expect(ran.err).toMatch(/ambit\s+80\s+80\s+0\s+0\s+0/)
  })

  test('twice gives the same bytes; other evidence leaves no artifact of the first behind', async () => {
    const { out, evidence } = await derivedRent()
    const before = filesBelow(out)
    await ambit(['derive', '--evidence', evidence, '--out', out])
    expect(filesBelow(out)).toEqual(before)
    const few = fileWith(evidenceText(RENT.slice(0, 2)))
    const ran = await ambit(['derive', '--evidence', few, '--out', out])
    expect(ran.out).toContain('0 permissions')
    expect(readdirSync(join(out, 'bank', 'assistant')).sort()).toEqual(['policy.yaml', 'review.json', 'review.md'])
    expect(ran.out).toMatch(/removed \d+ files of an earlier derivation/)
  })

  test('takes several paths, several options, a folder and standard input', async () => {
    const lines = evidenceText(RENT).trimEnd().split('\n')
    const part = (from: number, to: number): string => `${lines.slice(from, to).join('\n')}\n`
    const [one, two, three] = [fileWith(part(0, 10)), fileWith(part(10, 20)), fileWith(part(20, 30))]
    const words = [
      'derive',
      '--evidence',
      one,
      two,
      '--evidence',
      join(three, '..'),
      '-',
      '--out',
      newFolder(),
      '--format',
      'json',
    ]
    const ran = await ambit(words, { stdin: part(30, 40) })
    expect(JSON.parse(ran.out).ledger).toMatchObject([{ received: 40, accepted: 40 }])
  })

  test('says which files of a folder it did not read', async () => {
    const evidence = fileWith(evidenceText(RENT))
    const other = join(evidence, '..', 'evidence.jsonl.1')
    writeFileSync(other, evidenceText(RENT))
    const ran = await ambit(['derive', '--evidence', join(evidence, '..'), '--out', newFolder()])
    expect(ran.code).toBe(0)
    expect(ran.err).toContain('warning[evidence-skipped]: 1 file below a folder not read')
    expect(ran.err).toContain(`(${other})`)
    expect((await ambit(['derive', '--evidence', other, '--out', newFolder()])).err).not.toContain('warning')
  })

  test('only one workload, where one is asked for', async () => {
    const evidence = fileWith(
      evidenceText(RENT) + evidenceText(RENT, { namespace: 'bank', name: 'other' }).replaceAll('"id":"', '"id":"o'),
    )
    const out = newFolder()
    expect((await ambit(['derive', '--evidence', evidence, '--workload', 'bank/other', '--out', out])).code).toBe(0)
    expect([...filesBelow(out).keys()].every(name => name.startsWith('bank/other/'))).toBe(true)
    const wrong = await ambit(['derive', '--evidence', evidence, '--workload', 'bank/othr', '--out', out])
    expect(wrong).toMatchObject({ code: 2, err: expect.stringContaining('did you mean `bank/other`?') })
  })

  test('names every problem of a decisions file, and derives nothing', async () => {
    const { evidence } = await derivedRent()
    const decisions = fileWith('closure:\n  mode: literl\nconfidnce: {}\n', 'ambit.yaml')
    const out = newFolder()
    const ran = await ambit(['derive', '--evidence', evidence, '--decisions', decisions, '--out', out])
    expect(ran.code).toBe(2)
    expect(ran.err).toContain(`(${decisions}:2:9)`)
    expect(ran.err).toContain('did you mean `literal`?')
    expect(ran.err).toContain('did you mean `confidence`?')
    expect(filesBelow(out).size).toBe(0)
  })

  test('with written decisions, the policy says which were written', async () => {
    const { evidence } = await derivedRent()
    const out = newFolder()
    const decisions = fileWith('closure: {mode: literal}\n', 'ambit.yaml')
    await ambit(['derive', '--evidence', evidence, '--decisions', decisions, '--out', out])
    const text = readFileSync(join(out, 'bank/assistant/policy.yaml'), 'utf8')
    expect(text).toContain('closure: literal (written), miss budget 0.1 (defaulted)')
  })

  test('shows what other decisions would give, and takes the picture away where nobody asks', async () => {
    const { evidence } = await derivedRent()
    const out = newFolder()
    const words = ['derive', '--evidence', evidence, '--out', out]
    const [svg, review] = [join(out, 'bank/assistant/what-if.svg'), join(out, 'bank/assistant/review.md')]
    const plain = await ambit(words)
    const withoutSection = readFileSync(review, 'utf8')
    const asked = await ambit([...words, '--what-if'])
    expect(asked.out.startsWith(plain.out.trimEnd())).toBe(true)
    expect(asked.out).toMatch(/\n +1 {2}as decided .*\n +2 {2}literal /)
    expect(readFileSync(svg, 'utf8')).toContain('bank/assistant: what other decisions would give')
    expect(readFileSync(review, 'utf8')).toContain('](what-if.svg)')

    const report = JSON.parse((await ambit([...words, '--what-if', '--format', 'json'])).out)
    const [current, ...others] = report.workloads[0].whatIf
    expect(current).toMatchObject({
      current: true,
      permissions: 2,
      variant: { moved: 'nothing', closure: 'structural' },
    })
    expect(current.expected.knownTasks.sessions).toBe(20)
    expect(others.map(({ variant }: { variant: { moved: string } }) => variant.moved)).toEqual(
      expect.arrayContaining(['closure', 'confidence', 'distinct', 'missBudget']),
    )

    const again = await ambit(words)
    expect(again.out).toContain('removed 1 file of an earlier derivation')
    expect(readFileSync(review, 'utf8')).toBe(withoutSection)
    expect(filesBelow(out).has('bank/assistant/what-if.svg')).toBe(false)
    expect(JSON.parse((await ambit([...words, '--format', 'json'])).out).workloads[0]).not.toHaveProperty('whatIf')
  })

  test('nothing acceptable is exit code 3, with the reasons', async () => {
    const ran = await ambit(['derive', '--evidence', fileWith('{"a":1}\nno json\n'), '--out', newFolder()])
    expect(ran).toMatchObject({ code: 3, out: '' })
    expect(ran.err).toContain('unknown-source')
    expect(ran.err).toContain('not-json')
    expect(ran.err).toContain('error[evidence-empty]')
  })
})

describe('evaluate', () => {
  const judged = async (words: readonly string[]): Promise<readonly Record<string, unknown>[]> => {
    const ran = await ambit(['evaluate', '--format', 'jsonl', ...words])
    expect(ran.code).toBe(0)
    return ran.out
      .trimEnd()
      .split('\n')
      .map(line => JSON.parse(line))
  }

  test('prints one object per observation, with exactly the agreed fields, in order of session and time', async () => {
    const { out, evidence } = await derivedRent()
    const lines = await judged(['--policy', out, '--evidence', evidence])
    expect(lines).toHaveLength(40)
    expect(lines[1]).toEqual({
      workload: 'bank/assistant',
      session: 'session-000',
      index: 1,
      substrate: 'tool',
      action: 'send_money',
      verdict: 'allow',
      code: 'permitted',
      permission: 'tool/send_money',
      deviation: null,
      prompt: false,
    })
    const sessions = lines.map(({ session }) => session)
    expect(sessions).toEqual([...sessions].sort())
  })

  test('what deviates is named; a workload without a policy is denied; verdicts do not change the exit code', async () => {
    const { policy } = await derivedRent()
    const theft = fileWith(
      evidenceText([[{ action: 'send_money', arguments: { recipient: 'GB29NWBK60161331926819', amount: 900 } }]]) +
        evidenceText([[{ action: 'x', arguments: {} }]], { namespace: 'bank', name: 'other' }).replaceAll(
          '"id":"',
          '"id":"o',
        ),
    )
    const [first, second] = await judged(['--policy', policy, '--evidence', theft, '--context', 'none'])
    expect(first).toMatchObject({
      verdict: 'review',
      deviation: { dimension: 'tool.args.recipient', observed: 'GB29NWBK60161331926819' },
    })
    expect(second).toMatchObject({ workload: 'bank/other', verdict: 'deny', code: 'no-policy', permission: null })
  })

  test('a folder without a policy denies everything and says so', async () => {
    const ran = await ambit([
      'evaluate',
      '--policy',
      newFolder(),
      '--evidence',
      fileWith(evidenceText(RENT)),
      '--format',
      'jsonl',
    ])
    expect(ran).toMatchObject({ code: 0, err: expect.stringContaining('warning[policy-missing]') })
    const verdicts = ran.out
      .trimEnd()
      .split('\n')
      .map(line => JSON.parse(line))
    expect(verdicts).toHaveLength(40)
    for (const line of verdicts) expect(line).toMatchObject({ verdict: 'deny', code: 'no-policy', permission: null })
    const nowhere = await ambit(['evaluate', '--policy', '/nowhere', '--evidence', fileWith(evidenceText(RENT))])
    expect(nowhere).toMatchObject({ code: 2, out: '', err: expect.stringContaining('file-unreadable') })
  })

  test('expiry counts only with a time', async () => {
    const { policy, evidence } = await derivedRent()
    const [late] = await judged(['--policy', policy, '--evidence', evidence, '--at', '2030-01-01T00:00:00Z'])
    expect(late).toMatchObject({ verdict: 'deny', code: 'expired' })
    const [early] = await judged(['--policy', policy, '--evidence', evidence, '--at', '2026-03-10T00:00:00Z'])
    expect(early).toMatchObject({ verdict: 'allow' })
    const wrong = await ambit(['evaluate', '--policy', policy, '--evidence', evidence, '--at', 'tomorrow'])
    expect(wrong.code).toBe(2)
  })

  test('an edited policy denies everything and says so', async () => {
    const { out, policy, evidence } = await derivedRent()
    writeFileSync(policy, readFileSync(policy, 'utf8').replaceAll('DE89370400440532013000', 'GB29NWBK60161331926819'))
    for (const path of [policy, out]) {
      const ran = await ambit(['evaluate', '--policy', path, '--evidence', evidence, '--format', 'jsonl'])
      expect(ran).toMatchObject({ code: 0, err: expect.stringContaining('policy-digest-mismatch') })
      const codes = new Set(
        ran.out
          .trimEnd()
          .split('\n')
          .map(line => JSON.stringify([JSON.parse(line).verdict, JSON.parse(line).code])),
      )
      expect(codes).toEqual(new Set(['["deny","policy-unreadable"]']))
    }
  })
})

describe('explain', () => {
  test('lists a policy, explains a permission by id or action, and suggests', async () => {
    const { out, policy } = await derivedRent()
    const whole = await ambit(['explain', '--policy', policy])
    expect(whole.out).toContain('tool/send_money')
    expect(whole.out).toContain('closure: structural (defaulted)')
    const one = await ambit(['explain', '--policy', policy, 'send_money'])
    expect(one.out).toContain('DE89370400440532013000')
    expect(await ambit(['explain', '--policy', policy, 'tool/send_money'])).toEqual(one)
    expect(await ambit(['explain', '--policy', out])).toEqual(whole)
    const wrong = await ambit(['explain', '--policy', policy, 'send_mony'])
    expect(wrong).toMatchObject({ code: 2, err: expect.stringContaining('did you mean `send_money`?') })
  })

  test('gives the verdict on a call that somebody asks about', async () => {
    const { policy } = await derivedRent()
    const ask = (observation: unknown) =>
      ambit(['explain', '--policy', policy, '--observation', JSON.stringify(observation)])
    const fine = {
      substrate: 'tool',
      action: 'send_money',
      arguments: { recipient: 'DE89370400440532013000', amount: 901 },
    }
    expect((await ask(fine)).out).toMatch(/^allow: tool\/send_money/)
    expect((await ask({ substrate: 'tool', action: 'wipe_disk', arguments: {} })).out).toMatch(/^deny: tool\/wipe_disk/)
    expect((await ask({ ...fine, workload: { namespace: 'a', name: 'b' } })).out).toContain('no-policy')
    expect((await ask([1])).code).toBe(2)
    expect((await ask({ substrate: 'tool' })).err).toContain('missing-field')
  })
})

test('a folder with several policies is a wrong place to ask about one', async () => {
  const { out } = await derivedRent()
  const other = evidenceText(RENT, { namespace: 'bank', name: 'other' })
  await ambit(['derive', '--evidence', fileWith(other), '--out', out])
  for (const words of [
    ['explain', '--policy', out],
    ['diff', out, out],
  ]) {
    const ran = await ambit(words)
    expect(ran).toMatchObject({ code: 2, out: '' })
    expect(ran.err).toContain('error[policy-ambiguous]: 2 policies below the folder')
    expect(ran.err).toContain(join(out, 'bank', 'assistant', 'policy.yaml'))
  }
})

describe('diff', () => {
  test('a policy that allows more than the other is exit code 1', async () => {
    const { out, policy } = await derivedRent()
    const more = newFolder()
    const wider = RENT.map(calls => [...calls, { action: 'close_account', arguments: {} }])
    await ambit(['derive', '--evidence', fileWith(evidenceText(wider)), '--out', more])
    const other = join(more, 'bank', 'assistant', 'policy.yaml')
    expect(await ambit(['diff', policy, other])).toMatchObject({
      code: 1,
      out: expect.stringContaining('close_account'),
    })
    const json = await ambit(['diff', policy, other, '--format', 'json'])
    expect(JSON.parse(json.out)).toMatchObject({ widens: true })
    expect((await ambit(['diff', policy, policy])).code).toBe(0)
    expect(await ambit(['diff', out, more])).toEqual(await ambit(['diff', policy, other]))
    expect((await ambit(['diff', policy, `${policy}.no`])).code).toBe(2)
  })
})

describe('verify', () => {
  test('holds for what was derived, and names who was asked', async () => {
    const { out, evidence } = await derivedRent()
    const ran = await ambit(['verify', out, '--evidence', evidence])
    expect(ran).toMatchObject({ code: 0, out: expect.stringContaining('cedar-engine') })
    const json = JSON.parse((await ambit(['verify', out, '--evidence', evidence, '--format', 'json'])).out)
    const asked = json.rows.filter(
      (row: { oracle: string; law: string }) => row.oracle === 'cedar-engine' && row.law === 'no-silent-widening',
    )
    expect(asked).toMatchObject([{ violations: 0 }])
    expect(asked[0].requests).toBeGreaterThan(60)
  })

  test('does not hold for evidence that the policy denies', async () => {
    const { out } = await derivedRent()
    const text = evidenceText([[{ action: 'zz_unheard_of', arguments: {} }]])
    const ran = await ambit(['verify', out, '--evidence', fileWith(text)])
    expect(ran).toMatchObject({ code: 1, out: expect.stringContaining('zz_unheard_of') })
    const refused = text.replace('"outcome":"ok"', '"outcome":"denied"')
    expect((await ambit(['verify', out, '--evidence', fileWith(refused)])).code).toBe(0)
  })

  test('does not hold for an artifact that was changed, removed or added', async () => {
    const { out, evidence } = await derivedRent()
    const file = join(out, 'bank/assistant/artifacts/cedar/policy.cedar')
    const original = readFileSync(file, 'utf8')
    writeFileSync(file, `${original}\npermit (principal, action, resource);\n`)
    const ran = await ambit(['verify', out, '--evidence', evidence, '--format', 'json'])
    expect(ran.code).toBe(1)
    const violated = JSON.parse(ran.out).rows.filter((row: { violations: number }) => row.violations > 0)
    expect(violated).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ law: 'as-derived', artifact: 'cedar' }),
        expect.objectContaining({ law: 'no-silent-widening', oracle: 'cedar-engine' }),
      ]),
    )
    writeFileSync(file, original)
    expect((await ambit(['verify', out, '--evidence', evidence])).code).toBe(0)
  })

  test('does not hold for a policy that cannot be trusted, and is a wrong question without any', async () => {
    const { out, policy, evidence } = await derivedRent()
    writeFileSync(policy, `${readFileSync(policy, 'utf8')}\n# a comment is no change\n`)
    expect((await ambit(['verify', out, '--evidence', evidence])).code).toBe(0)
    writeFileSync(policy, 'not a policy\n')
    expect((await ambit(['verify', out, '--evidence', evidence])).code).toBe(1)
    expect((await ambit(['verify', newFolder(), '--evidence', evidence])).code).toBe(2)
  })
})

describe('schema', () => {
  test.each(['decisions', 'policy', 'observation'])('%s is a JSON Schema', async name => {
    const ran = await ambit(['schema', name])
    expect(ran.code).toBe(0)
    expect(JSON.parse(ran.out)).toMatchObject({ $schema: 'https://json-schema.org/draft/2020-12/schema' })
  })
})

test('observations of one session that two workloads share come in the order of time', async () => {
  const other = { namespace: 'bank', name: 'zz-helper' }
  const evidence = fileWith(
    evidenceText(RENT) + evidenceText(RENT, other).replaceAll('"id":"', '"id":"o').replaceAll('0.000Z', '0.500Z'),
  )
  const out = newFolder()
  await ambit(['derive', '--evidence', evidence, '--out', out])
  const ran = await ambit(['evaluate', '--policy', out, '--evidence', evidence, '--format', 'jsonl'])
  const lines = ran.out
    .trimEnd()
    .split('\n')
    .map(line => JSON.parse(line))
  expect(lines.slice(0, 4).map(({ workload, index }) => [workload, index])).toEqual([
    ['bank/assistant', 0],
    ['bank/zz-helper', 0],
    ['bank/assistant', 1],
    ['bank/zz-helper', 1],
  ])
})

test('the version is the one of the package', async () => {
  const { version } = JSON.parse(readFileSync(join(import.meta.dirname, '../../package.json'), 'utf8'))
  expect(await ambit(['--version'])).toEqual({ code: 0, out: `${version}\n`, err: '' })
})
