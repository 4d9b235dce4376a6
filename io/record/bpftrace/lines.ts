/**
 * Events of bpftrace, in the order of time → the lines that strace would have printed of the same process tree: what they mean
 * is decided once, in `strace/trace.ts`. What bpftrace does not print is kept here: which descriptor is a socket of which kind, or a directory.
 */
import { resolve } from 'node:path'
import { DECODED } from '../strace/file-changes.ts'
import type { BpfEvent } from './events.ts'
import { ARGUMENTS } from './program.ts'
import { escaped, isCut, openFlags, quote, resultText, syscallName } from './words.ts'

interface Process {
  cwd: string | null
  /** Directories and files by descriptor, as they were opened. */
  readonly opened: Map<number, string>
  readonly sockets: Map<number, string>
  /** Whether it runs a program of its own yet: until then it is the recorder's copy. */
  begun: boolean
}

interface Named {
  readonly dfd: number
  readonly flags: number
  readonly path: string
}

export interface LinesOptions {
  /** Whose first child is the command. */
  readonly root: number
  /** The command's working directory. */
  readonly directory: string
  /** Microseconds since the epoch at which the machine began. */
  readonly epoch: () => number
  /** All arguments of a program that was just started, for where bpftrace had no room; null where it is gone. */
  readonly argumentsOf: (event: BpfEvent) => readonly string[] | null
}

export interface Lines {
  each(event: BpfEvent): void
  /** Programs whose arguments are known in part. */
  readonly cut: () => number
}

const CLONE_THREAD = 0x10000
const DECODED_NAMES: ReadonlySet<string> = new Set(DECODED)
/** Decoded, and told in detail only where there is something to tell. */
const PLAIN: ReadonlySet<string> = new Set(['socket', 'connect', 'bind', 'sendto', 'sendmsg', 'sendmmsg', 'chroot'])
const CLONES: ReadonlySet<string> = new Set(['clone', 'clone3', 'fork', 'vfork'])
const PAIRED: ReadonlySet<string> = new Set(['rename', 'renameat', 'renameat2'])
const OPENS: ReadonlySet<string> = new Set(['open', 'openat', 'openat2', 'creat'])
const KINDS: ReadonlyMap<number, string> = new Map([
  [1, 'TCP'],
  [2, 'UDP'],
  [3, 'RAW'],
])
/** AT_FDCWD. */
const HERE = -100

/** So many numbers, then what is left. */
const fields = (rest: string, count: number): { readonly numbers: readonly number[]; readonly text: string } => {
  const words = rest.split(' ')
  return { numbers: words.slice(0, count).map(Number), text: words.slice(count).join(' ') }
}

const addressText = (host: string, port: number): string =>
  host.includes(':')
    ? `{sa_family=AF_INET6, sin6_port=htons(${port}), inet_pton(AF_INET6, "${host}", &sin6_addr)}`
    : `{sa_family=AF_INET, sin_port=htons(${port}), sin_addr=inet_addr("${host}")}`

const pathOf = ({ cwd, opened }: Process, dfd: number): string | null =>
  dfd === HERE ? cwd : (opened.get(dfd) ?? null)

const directoryText = (own: Process, dfd: number): string => {
  const path = pathOf(own, dfd)
  const name = dfd === HERE ? 'AT_FDCWD' : String(dfd)
  return path === null ? name : `${name}<${escaped(path)}>`
}

const absolute = (own: Process, { dfd, path }: Named): string | null => {
  if (path.startsWith('/')) return path
  const from = pathOf(own, dfd)
  return from === null ? null : resolve(from, path)
}

/** The text of a call that names files. `first`: the one of two names that came before. */
const callText = (own: Process, name: string, named: Named, first: Named | undefined): string => {
  const [path, dir] = [quote(named.path), directoryText(own, named.dfd)]
  switch (name) {
    case 'execve':
      return `execve(${path}, [], 0x0)`
    case 'open':
      return `open(${path}, ${openFlags(named.flags)})`
    case 'openat':
      return `openat(${dir}, ${path}, ${openFlags(named.flags)})`
    case 'openat2':
      return `openat2(${dir}, ${path}, {flags=${openFlags(named.flags)}})`
    case 'rename':
      return `rename(${quote(first?.path ?? '')}, ${path})`
    case 'renameat':
    case 'renameat2':
      return `${name}(${directoryText(own, first?.dfd ?? HERE)}, ${quote(first?.path ?? '')}, ${dir}, ${path})`
    case 'link':
    case 'symlink':
      return `${name}("", ${path})`
    case 'linkat':
      return `linkat(0, "", ${dir}, ${path})`
    case 'symlinkat':
      return `symlinkat("", ${dir}, ${path})`
    default: {
      // Without a name it changes the file behind the descriptor.
      const text = named.path === '' ? 'NULL' : path
      return /at2?$/.test(name) ? `${name}(${dir}, ${text})` : `${name}(${text})`
    }
  }
}

const remember = (own: Process, name: string, named: Named, result: number): void => {
  if (result < 0) return
  const path = absolute(own, named)
  if (name === 'chdir') own.cwd = path
  if (!OPENS.has(name)) return
  own.sockets.delete(result)
  if (path === null) own.opened.delete(result)
  else own.opened.set(result, path)
}

export const createLines = (
  { root, directory, epoch, argumentsOf }: LinesOptions,
  line: (text: string) => void,
): Lines => {
  const processes = new Map<number, Process>()
  const words = new Map<number, string[]>()
  const firsts = new Map<number, Named>()
  const sockets = new Map<number, number>()
  let command: number | null = null
  let cut = 0

  const say = ({ tid, at }: BpfEvent, text: string): void => {
    const micros = Math.floor(at / 1_000 + epoch())
    line(`${tid} ${Math.floor(micros / 1_000_000)}.${String(micros % 1_000_000).padStart(6, '0')} ${text}`)
  }

  const fork = (event: BpfEvent): void => {
    const [nr = 0, flags = 0, child = 0] = fields(event.rest, 3).numbers
    if (event.pid === root) {
      if (command !== null) return
      command = child
      processes.set(child, { cwd: directory, opened: new Map(), sockets: new Map(), begun: false })
      return
    }
    const parent = processes.get(event.pid)
    if (parent === undefined || !parent.begun) return
    const isThread = (flags & CLONE_THREAD) !== 0
    if (!isThread) {
      const { cwd, opened, sockets: kinds } = parent
      processes.set(child, { cwd, opened: new Map(opened), sockets: new Map(kinds), begun: true })
    }
    const name = syscallName(nr)
    say(event, `${CLONES.has(name) ? name : 'clone'}(flags=${isThread ? 'CLONE_FS|CLONE_THREAD' : '0'}) = ${child}`)
  }

  const exec = (event: BpfEvent, own: Process): void => {
    const known = words.get(event.tid) ?? []
    words.delete(event.tid)
    own.begun = true
    const isWhole = known.length <= ARGUMENTS && !known.some(isCut)
    const asked = isWhole ? known : argumentsOf(event)
    // By the time of asking it may have started another program.
    const isSame = asked?.every(
      (word, at) => at >= Math.min(known.length, ARGUMENTS) || word.startsWith(known[at] ?? ''),
    )
    if (isSame !== true) cut += 1
    const told = known.slice(0, ARGUMENTS).map(word => (isCut(word) ? `${word}…` : word))
    const argv = (isSame === true && asked !== null ? asked : told).map(word => `"${escaped(word)}"`)
    say(event, `execve(${quote(event.rest)}, [${argv.join(', ')}], 0x0) = 0`)
  }

  const names = (event: BpfEvent, own: Process): void => {
    const { numbers, text: path } = fields(event.rest, 4)
    const [nr = 0, result = 0, dfd = HERE, flags = 0] = numbers
    const [name, named] = [syscallName(nr), { dfd, flags, path }]
    const first = firsts.get(event.tid)
    firsts.delete(event.tid)
    if (PAIRED.has(name) && first === undefined) firsts.set(event.tid, named)
    else say(event, `${callText(own, name, named, first)}${resultText(result)}`)
    remember(own, name, named, result)
  }

  const reach = (event: BpfEvent, own: Process, address: string, nr: number, result: number): void => {
    const [name, fd] = [syscallName(nr), sockets.get(event.tid) ?? -1]
    const kind = own.sockets.get(fd)
    const socket = kind === undefined ? String(fd) : `${fd}<${kind}:[0]>`
    const middle = name === 'sendto' ? `"", 0, 0, ${address}` : /msg$/.test(name) ? `{msg_name=${address}}` : address
    say(event, `${name}(${socket}, ${middle}, 0)${resultText(result)}`)
  }

  const used = (event: BpfEvent): void => {
    const [nr = 0, result = 0] = fields(event.rest, 2).numbers
    const name = syscallName(nr)
    // Told in detail; of calls that make a process, only those that failed are not.
    if (CLONES.has(name) ? result >= 0 : DECODED_NAMES.has(name) && !PLAIN.has(name)) return
    say(event, `${name}(${PLAIN.has(name) ? '-1, NULL' : '0x0'})${resultText(result)}`)
  }

  const sent = (event: BpfEvent): void => {
    const [nr = 0, fd = 0] = fields(event.rest, 2).numbers
    const name = syscallName(nr)
    if (name === 'sendto') say(event, `sendto(${fd}<UDP:[0]>, "", 0, 0, NULL, 0) = 1`)
    else if (/msg$/.test(name)) say(event, `${name}(${fd}<UDP:[0]>, {msg_name=NULL}, 0) = 1`)
    else say(event, `${name}(0x${fd.toString(16)}) = 0x1`)
  }

  const left = (event: BpfEvent): void => {
    const nr = Number(event.rest)
    if (nr >= 0) say(event, `${syscallName(nr)}(0x0 <unfinished ...>`)
    say(event, '+++ exited with 0 +++')
    if (event.pid === event.tid) processes.delete(event.pid)
    for (const known of [words, firsts, sockets]) known.delete(event.tid)
  }

  /** By letter: what happened in a process that runs a program of its own. */
  const meanings: Readonly<Record<string, (event: BpfEvent, own: Process) => void>> = {
    S: used,
    P: names,
    G: ({ tid, rest }) => {
      sockets.set(tid, Number(rest))
    },
    C: (event, own) => {
      const { numbers, text } = fields(event.rest, 3)
      const [nr = 0, result = 0, port = 0] = numbers
      reach(event, own, addressText(text, port), nr, result)
    },
    U: (event, own) => {
      const { numbers, text } = fields(event.rest, 2)
      const [nr = 0, result = 0] = numbers
      reach(event, own, `{sa_family=AF_UNIX, sun_path=${quote(text)}}`, nr, result)
    },
    W: sent,
    K: ({ rest }, own) => {
      const [fd = -1, type = 0] = fields(rest, 2).numbers
      own.opened.delete(fd)
      own.sockets.set(fd, KINDS.get(type) ?? 'OTHER')
    },
    D: ({ rest }, own) => {
      const [to = -1, from = -1] = fields(rest, 2).numbers
      for (const known of [own.opened, own.sockets]) {
        const what = known.get(from)
        if (what === undefined) known.delete(to)
        else known.set(to, what)
      }
    },
    H: (event, own) => {
      const [result = 0, fd = -1] = fields(event.rest, 2).numbers
      say(event, `fchdir(${directoryText(own, fd)})${resultText(result)}`)
      if (result >= 0) own.cwd = own.opened.get(fd) ?? null
    },
    E: left,
  }

  return {
    each: event => {
      const own = processes.get(event.pid)
      if (event.letter === 'F') fork(event)
      else if (own === undefined) return
      else if (event.letter === 'A') {
        const { numbers, text } = fields(event.rest, 1)
        const known = numbers[0] === 0 ? [] : (words.get(event.tid) ?? [])
        words.set(event.tid, [...known, text])
      } else if (event.letter === 'X') exec(event, own)
      else if (own.begun) meanings[event.letter]?.(event, own)
    },
    cut: () => cut,
  }
}
