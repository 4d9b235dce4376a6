/** Numbers of the kernel (x86-64) → the words that strace has for them. */
import { constants } from 'node:os'
import { SYSCALL_NUMBERS } from '../../oracle/syscall-numbers.ts'
import { TEXT_BYTES } from './program.ts'

const NAMES: ReadonlyMap<number, string> = new Map([...SYSCALL_NUMBERS].map(([name, number]) => [number, name]))
const ERRORS: ReadonlyMap<number, string> = new Map(
  Object.entries(constants.errno).map(([name, number]) => [number, name] as const),
)

export const syscallName = (number: number): string => NAMES.get(number) ?? `syscall_0x${number.toString(16)}`

/** ` = 3`, ` = -1 ENOENT`. Errors that only the kernel knows tell that the call goes on. */
export const resultText = (result: number): string =>
  result >= 0 || result < -4_095 ? ` = ${result}` : ` = -1 ${ERRORS.get(-result) ?? 'ERESTARTSYS'}`

const FLAGS: readonly (readonly [string, number])[] = [
  ['O_CREAT', 0o100],
  ['O_TRUNC', 0o1000],
  ['O_PATH', 0o10000000],
  ['O_TMPFILE', 0o20200000],
]

export const openFlags = (flags: number): string => {
  const access = ['O_RDONLY', 'O_WRONLY', 'O_RDWR'][flags & 3] ?? 'O_RDWR'
  return [access, ...FLAGS.filter(([, bits]) => (flags & bits) === bits).map(([name]) => name)].join('|')
}

const octal = (char: string): string => `\\${(char.codePointAt(0) ?? 0).toString(8).padStart(3, '0')}`

/** As strace writes what stands in quotes or annotates a number. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is escaped
export const escaped = (text: string): string => text.replace(/[\x00-\x1f"\\<>]/g, octal)

/** Whether bpftrace had room for the whole text. */
export const isCut = (text: string): boolean => Buffer.byteLength(text) >= TEXT_BYTES - 1

/** In quotes; a text that was cut has none, so that it is no name of anything. */
export const quote = (text: string): string => (isCut(text) ? '0x1' : `"${escaped(text)}"`)
