/** Where derivation writes: below one folder, under names that no file system confuses, and nowhere else. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { workloadFolder } from '../../io/output/folder-name.ts'
import { makeFolder } from '../../io/output/make-folder.ts'
import { writeTree } from '../../io/output/write-tree.ts'

describe('folder names', () => {
  const nameOf = (name: string): string => workloadFolder({ namespace: 'n', name })[1] ?? ''
  const name = fc.oneof(
    fc.string({ unit: fc.constantFrom('a', 'A', 'é', 'e\u0301', '%', '6', '1', '~', '.', '/', ' ') }),
    fc.constantFrom('x'.repeat(201), 'X'.repeat(201), `${'x'.repeat(201)}y`, '漢'.repeat(90), '漢'.repeat(91)),
    fc.string({ unit: 'binary' }),
  )

  test('are plain, never `.` or `..`, and short enough', () => {
    fc.assert(
      fc.property(name, one => {
        expect(nameOf(one)).toMatch(/^[A-Za-z0-9_%~-][A-Za-z0-9._%~-]{0,199}$/)
      }),
    )
  })

  test('of different names differ by more than case', () => {
    fc.assert(
      fc.property(name, name, (a, b) => {
        fc.pre(!/\p{Cs}/u.test(`${a} ${b}`))
        expect(nameOf(a).toLowerCase() === nameOf(b).toLowerCase()).toBe(a === b)
      }),
    )
    expect(nameOf('Agent').toLowerCase()).not.toBe(nameOf('agent'))
    expect(nameOf('a%62').toLowerCase()).not.toBe(nameOf('ab'))
  })
})

describe('writing', () => {
  let base = ''
  beforeEach(() => {
    base = mkdtempSync(join(tmpdir(), 'ambit-output-'))
    mkdirSync(join(base, 'outside', 'artifacts'), { recursive: true })
    writeFileSync(join(base, 'outside', 'policy.yaml'), 'theirs')
    writeFileSync(join(base, 'outside', 'artifacts', 'kept'), 'theirs')
  })
  afterEach(() => rmSync(base, { recursive: true, force: true }))

  const write = () =>
    writeTree(
      join(base, 'out'),
      [
        { path: ['ns', 'w', 'policy.yaml'], content: 'ours' },
        { path: ['ns', 'w', 'artifacts', 'cedar', 'policy.cedar'], content: 'ours' },
      ],
      [['ns', 'w', 'artifacts']],
      [],
    )
  const expectOutsideUntouched = () => {
    expect(readdirSync(join(base, 'outside'))).toEqual(['artifacts', 'policy.yaml'])
    expect(readFileSync(join(base, 'outside', 'policy.yaml'), 'utf8')).toBe('theirs')
    expect(readFileSync(join(base, 'outside', 'artifacts', 'kept'), 'utf8')).toBe('theirs')
  }

  test.each([[['ns']], [['ns', 'w']], [['ns', 'w', 'artifacts']], [['ns', 'w', 'artifacts', 'cedar']]])(
    'refuses a folder that is a link: %j',
    async names => {
      const folders = ['out', ...names]
      mkdirSync(join(base, ...folders.slice(0, -1)), { recursive: true })
      symlinkSync(join(base, 'outside'), join(base, ...folders))
      expect(await write()).toMatchObject({ ok: false, problems: [{ code: 'output-unsafe' }] })
      expectOutsideUntouched()
    },
  )

  test('replaces a link in the place of a file, and removes stale links, not what they point to', async () => {
    const folder = join(base, 'out', 'ns', 'w')
    mkdirSync(join(folder, 'artifacts'), { recursive: true })
    symlinkSync(join(base, 'outside', 'policy.yaml'), join(folder, 'policy.yaml'))
    symlinkSync(join(base, 'outside'), join(folder, 'artifacts', 'stale'))
    expect(await write()).toMatchObject({ ok: true, value: { removed: [join(folder, 'artifacts', 'stale')] } })
    expect(readFileSync(join(folder, 'policy.yaml'), 'utf8')).toBe('ours')
    expectOutsideUntouched()
  })

  test('a folder that can hold no other is an error, at once', async () => {
    await expect(makeFolder(join(base, 'outside', 'policy.yaml', 'x'))).rejects.toMatchObject({ code: 'ENOTDIR' })
    await expect(makeFolder(join(base, 'outside', 'policy.yaml'))).rejects.toMatchObject({ code: 'EEXIST' })
    // Where there is no such file system, nobody may write at the root either.
    if (process.platform === 'linux')
      await expect(makeFolder('/proc/no-such/x')).rejects.toMatchObject({ code: 'ENOENT' })
    await makeFolder(join(base, 'a', 'b', 'c'))
    await makeFolder(join(base, 'a', 'b', 'c'))
    expect(readdirSync(join(base, 'a', 'b'))).toEqual(['c'])
  })
})
