/** Real files that a real process writes and rotates while they are followed: every record once, or the word that some may be lost. */
import { spawn } from 'node:child_process'
import {
  appendFileSync,
  copyFileSync,
  mkdtempSync,
  renameSync,
  rmSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { createBookmarks } from '../../io/evidence/bookmarks.ts'
import { type Followed, type FollowOptions, followRecords } from '../../io/evidence/follow-records.ts'

const newFile = (): string => join(mkdtempSync(join(tmpdir(), 'ambit-follow-')), 'audit.log')
const line = (n: number, more = ''): string => `${JSON.stringify({ n, more })}\n`

const numberOf = (each: Followed): number =>
  'record' in each && typeof each.record === 'object' && each.record !== null && 'n' in each.record
    ? Number(each.record.n)
    : Number.NaN

/** A follower that runs in the background, and what it has handed out so far. */
const following = (paths: readonly string[], options: Partial<FollowOptions> = {}) => {
  const stop = new AbortController()
  const all: Followed[] = []
  const bookmarks = createBookmarks(options.from ?? new Map())
  const run = (async () => {
    for await (const each of followRecords(paths, { interval: 5, grace: 2_000, ...options, signal: stop.signal })) {
      bookmarks.note(each)
      if (!('opened' in each || 'finished' in each)) all.push(each)
    }
  })()
  const until = async (isThere: () => boolean): Promise<void> => {
    for (let waited = 0; !isThere(); waited += 5) {
      if (waited > 20_000) throw new Error(`not there after 20 s: ${JSON.stringify(all.slice(-5))}`)
      await sleep(5)
    }
  }
  return {
    all,
    numbers: () => all.map(numberOf).filter(n => !Number.isNaN(n)),
    losses: () => all.flatMap(each => ('loss' in each ? [each.loss.detail] : [])),
    problems: () => all.flatMap(each => ('problem' in each ? [each.problem] : [])),
    until,
    /** Where the next run goes on. */
    bookmarks: () => bookmarks.changed(),
    count: (n: number) => until(() => all.length >= n),
    stop: async () => {
      stop.abort()
      await run
    },
  }
}

describe('a file that is followed', () => {
  test('is found also where it is given other names while it is taken up again', async () => {
    const file = newFile()
    writeFileSync(file, line(1) + line(2))
    const first = following([file])
    await first.count(2)
    await first.stop()
    const from = first.bookmarks()
    for (let round = 0; round < 5; round++) {
      const before = round === 0 ? file : `${file}.${round - 1}-9`
      let [name, renames] = [before, 0]
      const rename = setInterval(() => {
        const next = `${file}.${round}-${renames++}`
        renameSync(name, next)
        name = next
        if (renames === 10) clearInterval(rename)
      }, 1)
      const again = following([file], { from })
      await again.until(() => renames === 10)
      appendFileSync(name, line(3 + round))
      await again.until(() => again.numbers().includes(3 + round))
      await again.stop()
      expect(again.losses()).toEqual([])
    }
  })

  test('gives its lines once they are whole, and may come later', async () => {
    const file = newFile()
    const followed = following([file])
    await sleep(20)
    writeFileSync(file, line(1) + line(2).slice(0, 5))
    await followed.count(1)
    await sleep(30)
    expect(followed.numbers()).toEqual([1])
    appendFileSync(file, line(2).slice(5))
    await followed.count(2)
    await followed.stop()
    expect(followed.all).toMatchObject([
      { file, line: 1, record: { n: 1 }, position: { offset: line(1).length, lines: 1 } },
      { file, line: 2, record: { n: 2 }, position: { offset: 2 * line(1).length, lines: 2 } },
    ])
  })

  test('costs a broken line itself alone', async () => {
    const file = newFile()
    writeFileSync(file, `${line(1)}what\n${line(2)}`)
    const followed = following([file])
    await followed.count(3)
    await followed.stop()
    expect([followed.numbers(), followed.problems()]).toEqual([[1, 2], ['not-json']])
  })

  test('renamed and made again is read to its end, also what its writer adds before it notices', async () => {
    const file = newFile()
    writeFileSync(file, line(1))
    const followed = following([file])
    await followed.count(1)
    appendFileSync(file, line(2))
    renameSync(file, `${file}.1`)
    writeFileSync(file, line(3))
    await followed.count(3)
    appendFileSync(`${file}.1`, line(4))
    await followed.count(4)
    await followed.stop()
    expect([followed.numbers().sort(), followed.losses()]).toEqual([[1, 2, 3, 4], []])
  })

  test('deleted is read to its end, and its successor from the beginning', async () => {
    const file = newFile()
    writeFileSync(file, line(1))
    const followed = following([file])
    await followed.count(1)
    appendFileSync(file, line(2))
    unlinkSync(file)
    await followed.count(2)
    writeFileSync(file, line(3))
    await followed.count(3)
    await followed.stop()
    expect([followed.numbers(), followed.losses()]).toEqual([[1, 2, 3], []])
  })

  test('copied and cut is read on in the copy, and says that nobody knows what came between the two', async () => {
    const file = newFile()
    writeFileSync(file, line(1))
    const followed = following([file], { interval: 200 })
    await followed.count(1)
    await sleep(50)
    appendFileSync(file, line(2))
    copyFileSync(file, `${file}.1`)
    truncateSync(file)
    appendFileSync(file, line(3))
    await followed.count(4)
    await followed.stop()
    expect(followed.numbers()).toEqual([1, 2, 3])
    expect(followed.losses()).toEqual([expect.stringContaining('copied and cut')])
  })

  test('cut and written anew, longer than before, is found out by what it said', async () => {
    const file = newFile()
    writeFileSync(file, line(1))
    const followed = following([file])
    await followed.count(1)
    writeFileSync(file, line(2) + line(3) + line(4))
    await followed.count(5)
    await followed.stop()
    expect(followed.numbers()).toEqual([1, 2, 3, 4])
    expect(followed.losses()).toEqual([expect.stringContaining('no copy of it was found')])
  })

  test('rotated twice between two looks is found beside itself, and archives of what was read are not read again', async () => {
    const file = newFile()
    writeFileSync(`${file}.1`, line(-1))
    writeFileSync(file, line(1))
    const followed = following([file], { interval: 300 })
    await followed.count(1)
    await sleep(50)
    writeFileSync(`${file}.3.gz`, gzipSync(line(-1)))
    unlinkSync(`${file}.1`)
    writeFileSync(`${file}.2.gz`, gzipSync(line(1)))
    unlinkSync(file)
    writeFileSync(file, line(2))
    renameSync(file, `${file}.1`)
    writeFileSync(file, line(3))
    await followed.count(3)
    await followed.stop()
    expect([followed.numbers().sort(), followed.losses()]).toEqual([[1, 2, 3], []])
  })

  test('rotated into an archive before anybody read it is a loss', async () => {
    const file = newFile()
    writeFileSync(file, line(1))
    const followed = following([file], { interval: 300 })
    await followed.count(1)
    await sleep(50)
    writeFileSync(`${file}.1.gz`, gzipSync(line(2)))
    unlinkSync(file)
    writeFileSync(file, line(3))
    await followed.count(3)
    await followed.stop()
    expect([followed.numbers(), followed.losses()]).toEqual([[1, 3], [expect.stringContaining('into an archive')]])
  })

  test('that is an archive cannot be followed, and says so once', async () => {
    const file = newFile()
    writeFileSync(file, gzipSync(line(1)))
    const followed = following([file])
    await followed.count(1)
    await sleep(50)
    await followed.stop()
    expect([followed.numbers(), followed.losses()]).toEqual([[], [expect.stringContaining('archive')]])
  })

  test('takes a bounded memory of a line without an end', async () => {
    const file = newFile()
    writeFileSync(file, line(1))
    const block = 'x'.repeat(1 << 20)
    for (let at = 0; at < 66; at++) appendFileSync(file, block)
    appendFileSync(file, `\n${line(2)}`)
    const followed = following([file])
    await followed.count(3)
    await followed.stop()
    expect([followed.numbers(), followed.problems()]).toEqual([[1, 2], ['too-large']])
    rmSync(file)
  })
})

describe('a follower that was stopped', () => {
  const stoppedAfter = async (file: string, count: number) => {
    const followed = following([file])
    await followed.count(count)
    await followed.stop()
    return followed.bookmarks()
  }

  test('goes on where it was, with the line that follows', async () => {
    const file = newFile()
    writeFileSync(file, line(1) + line(2))
    const from = await stoppedAfter(file, 2)
    appendFileSync(file, line(3))
    const again = following([file], { from })
    await again.count(1)
    await again.stop()
    expect(again.all).toMatchObject([{ line: 3, record: { n: 3 } }])
  })

  test('finds its file under another name, and all that came after it', async () => {
    const file = newFile()
    writeFileSync(`${file}.1`, line(-1))
    writeFileSync(file, line(1))
    const from = await stoppedAfter(file, 1)
    renameSync(`${file}.1`, `${file}.3`)
    appendFileSync(file, line(2))
    await sleep(10)
    renameSync(file, `${file}.2`)
    writeFileSync(`${file}.1`, line(3))
    writeFileSync(file, line(4))
    const again = following([file], { from })
    await again.count(3)
    await sleep(50)
    await again.stop()
    expect([again.numbers().sort(), again.losses()]).toEqual([[2, 3, 4], []])
  })

  test('says so where its file is gone, though another has its number', async () => {
    const file = newFile()
    writeFileSync(file, line(1))
    const from = await stoppedAfter(file, 1)
    writeFileSync(file, line(2) + line(3))
    const again = following([file], { from })
    await again.count(3)
    await again.stop()
    expect([again.numbers(), again.losses()]).toEqual([[2, 3], [expect.stringContaining('went away')]])
  })
})

describe('a follower that was stopped while two files were open', () => {
  test('goes on in both, and takes up what was rotated after them', async () => {
    const file = newFile()
    writeFileSync(file, line(1))
    const followed = following([file])
    await followed.count(1)
    renameSync(file, `${file}.2`)
    writeFileSync(file, line(2))
    await followed.count(2)
    await followed.stop()
    const from = followed.bookmarks()
    expect(from.get(file)).toHaveLength(2)
    appendFileSync(`${file}.2`, line(3))
    await sleep(10)
    appendFileSync(file, line(4))
    renameSync(file, `${file}.1`)
    await sleep(10)
    writeFileSync(file, line(5))
    const again = following([file], { from })
    await again.count(3)
    await sleep(50)
    await again.stop()
    expect([again.numbers().sort(), again.losses()]).toEqual([[3, 4, 5], []])
  })

  test('remembers the file that is finished as long as nothing came after it, and no longer', async () => {
    const file = newFile()
    writeFileSync(file, line(1))
    const followed = following([file], { grace: 20 })
    await followed.count(1)
    renameSync(file, `${file}.1`)
    await sleep(200)
    await followed.stop()
    const from = followed.bookmarks()
    expect(from.get(file)).toHaveLength(1)
    renameSync(`${file}.1`, `${file}.2`)
    writeFileSync(`${file}.1`, line(2))
    writeFileSync(file, line(3))
    const again = following([file], { from, grace: 20 })
    await again.count(2)
    await sleep(200)
    await again.stop()
    expect([again.numbers().sort(), again.losses()]).toEqual([[2, 3], []])
    const left = again.bookmarks()
    expect(left.get(file)).toHaveLength(1)
    unlinkSync(`${file}.1`)
    unlinkSync(`${file}.2`)
    const last = following([file], { from: left })
    await sleep(50)
    await last.stop()
    expect(last.losses()).toEqual([])
  })
})

/** Writes so many lines as fast as it can, with half a line at a time, and rotates after every so many. */
const WRITER = `
const fs = require('node:fs')
const [file, how, total, every] = process.argv.slice(1)
const open = () => fs.openSync(file, 'a')
let fd = open()
for (let n = 1; n <= Number(total); n++) {
  const text = JSON.stringify({ n, more: 'x'.repeat(n % 300) }) + '\\n'
  const half = n % 7 === 0 ? text.length >> 1 : text.length
  fs.writeSync(fd, text.slice(0, half))
  if (half < text.length) fs.writeSync(fd, text.slice(half))
  if (n % Number(every) !== 0) continue
  if (how === 'copytruncate') { fs.copyFileSync(file, file + '.' + n); fs.truncateSync(file); continue }
  if (how === 'rename') fs.renameSync(file, file + '.' + n)
  if (how === 'delete') { Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 60); fs.unlinkSync(file) }
  const late = fd
  fd = open()
  if (how === 'rename') fs.writeSync(late, JSON.stringify({ n: -n }) + '\\n')
  fs.closeSync(late)
}
`

describe('rotation under load', () => {
  const TOTAL = 20_000
  const written = (how: string, file: string, every: number) =>
    new Promise(resolve =>
      spawn(process.execPath, ['-e', WRITER, file, how, String(TOTAL), String(every)], { stdio: 'inherit' }).once(
        'close',
        resolve,
      ),
    )

  test.each([
    ['rename', 500],
    ['delete', 2_000],
  ])('by %s: every record once, and none is said to be lost', async (how, every) => {
    const file = newFile()
    const followed = following([file])
    expect(await written(how, file, every)).toBe(0)
    const late = how === 'rename' ? TOTAL / every : 0
    await followed.until(() => followed.numbers().length >= TOTAL + late)
    await sleep(50)
    await followed.stop()
    const numbers = followed.numbers()
    expect([numbers.length, new Set(numbers).size]).toEqual([TOTAL + late, TOTAL + late])
    expect([followed.losses(), followed.problems()]).toEqual([[], []])
  })

  test('by copytruncate: no record twice, and what is missing is never missed in silence', async () => {
    const file = newFile()
    const followed = following([file])
    expect(await written('copytruncate', file, 500)).toBe(0)
    await sleep(300)
    await followed.stop()
    const numbers = followed.numbers()
    expect(new Set(numbers).size).toBe(numbers.length)
    expect(followed.losses().length).toBeGreaterThan(0)
    expect(numbers.length).toBeGreaterThan(TOTAL / 20)
  })
})
