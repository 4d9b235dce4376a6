/**
 * One writer per folder. A lock whose process is gone is taken over: on this host the process tells, on another the lock's age,
 * because its holder touches it as long as it lives.
 */
import { randomUUID } from 'node:crypto'
import { open, readFile, rename, rm, stat, utimes } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import { done, failed, type Outcome } from '../problem.ts'

export interface Lock {
  release(): Promise<void>
}

const LOCK = 'lock'
const TOUCHED_EVERY = 10_000
/** Six times untouched: its holder is gone, or cut off from the folder. */
const STALE_AFTER = 60_000
const ATTEMPTS = 5

const HOLDER = z.object({ pid: z.int(), host: z.string(), started: z.string().nullable(), token: z.string() })
type Holder = z.output<typeof HOLDER>

/** When a process began, in ticks since boot: a number that is used again is another process. Null where it cannot be told. */
const startOf = async (pid: number): Promise<string | null> => {
  try {
    const stats = await readFile(`/proc/${pid}/stat`, 'utf8')
    // The name in parentheses may hold anything, parentheses included.
    return stats.slice(stats.lastIndexOf(')') + 2).split(' ')[19] ?? null
  } catch {
    return null
  }
}

const isRunning = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // Somebody else's process is one, too.
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

const holderIn = (text: string): Holder | null => {
  try {
    return HOLDER.safeParse(JSON.parse(text)).data ?? null
  } catch {
    return null
  }
}

const isStale = async (holder: Holder | null, touched: number, now: number): Promise<boolean> => {
  // Cut off while it was written, or held elsewhere.
  if (holder === null || holder.host !== hostname()) return now - touched > STALE_AFTER
  return !isRunning(holder.pid) || (await startOf(holder.pid)) !== holder.started
}

const read = async (path: string): Promise<{ readonly text: string; readonly touched: number } | null> => {
  try {
    return { text: await readFile(path, 'utf8'), touched: (await stat(path)).mtimeMs }
  } catch {
    return null
  }
}

/** False where there is one. */
const create = async (path: string, text: string): Promise<boolean> => {
  try {
    const handle = await open(path, 'wx', 0o600)
    await handle.writeFile(text)
    await handle.close()
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false
    throw error
  }
}

/** Moves a stale lock out of the way, unless another process was faster and what lies there now is its own. */
const moveAway = async (path: string, stale: string, token: string): Promise<void> => {
  const aside = `${path}-${token}`
  try {
    await rename(path, aside)
  } catch {
    return
  }
  const moved = await read(aside)
  if (moved !== null && moved.text !== stale) await rename(aside, path)
  else await rm(aside, { force: true })
}

const hold = (path: string, text: string): Lock => {
  const touch = (): void => {
    const at = new Date()
    utimes(path, at, at).catch(() => undefined)
  }
  const timer = setInterval(touch, TOUCHED_EVERY)
  timer.unref()
  return {
    release: async () => {
      clearInterval(timer)
      if ((await read(path))?.text === text) await rm(path, { force: true })
    },
  }
}

/** Errors: `receipts-locked`. Throws what the file system throws. */
export const lockFolder = async (folder: string): Promise<Outcome<Lock>> => {
  const path = join(folder, LOCK)
  const { pid } = process
  const me: Holder = { pid, host: hostname(), started: await startOf(pid), token: randomUUID() }
  const text = JSON.stringify(me)
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    if (await create(path, text)) return done(hold(path, text))
    const found = await read(path)
    if (found === null) continue
    const holder = holderIn(found.text)
    if (!(await isStale(holder, found.touched, Date.now()))) {
      const by = holder === null ? 'another process' : `process ${holder.pid} on \`${holder.host}\``
      return failed({
        code: 'receipts-locked',
        what: `${by} writes to this log`,
        where: path,
        help: 'end it, or give each enforcement point a folder of its own',
      })
    }
    await moveAway(path, found.text, me.token)
  }
  return failed({ code: 'receipts-locked', what: 'several processes want this log at once', where: path, help: null })
}
