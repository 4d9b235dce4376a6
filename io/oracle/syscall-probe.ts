/**
 * A list of system calls → a program that makes them and tells what came back. The program is a static x86-64 ELF file of
 * a few hundred bytes, assembled here: an interpreter would need a hundred calls of its own before it could make the
 * first one, and a tight profile refuses those. It needs `write` and nothing else.
 *
 * Every argument is -1 unless said otherwise, an invalid pointer, descriptor, flag set and signal at once: calls fail with
 * EFAULT, EBADF or EINVAL and change nothing. Calls that end or stop the process, whatever their arguments, go last and
 * alone.
 */

export interface Probe {
  /** Made one after the other; the program writes one 64-byte record per call, its result in the first 8 bytes. */
  readonly numbers: readonly number[]
  /** Made after those were written: the program ends or stops here, or writes 8 more bytes because the call was refused. */
  readonly last: number
}

const RECORD = 64
const BASE = 0x400000
const HEADERS = 0x40 + 0x38
const INVALID = -1n
const EXIT_GROUP = 231

/** Where -1 everywhere would not reach the call: `futex` looks at its operation first, `modify_ldt` at its function. */
const ARGUMENTS: Readonly<Record<number, readonly bigint[]>> = { 202: [INVALID, 1n, 1n], 154: [0n, 0n, 0n] }
/** Calls that return twice: their child is to end at once, without a call of its own. */
const FORKS: readonly number[] = [57, 58]

const u32 = (value: number): readonly number[] => [0, 8, 16, 24].map(shift => (value >>> shift) & 0xff)

const assemble = (count: number, last: number): Buffer => {
  const size = count * RECORD
  const code = (table: number): number[] => {
    const loop = [
      ...[0x48, 0x8b, 0x03], // mov rax, [rbx]
      ...[0x48, 0x8b, 0x7b, 8], // mov rdi, [rbx+8]
      ...[0x48, 0x8b, 0x73, 16], // mov rsi, [rbx+16]
      ...[0x48, 0x8b, 0x53, 24], // mov rdx, [rbx+24]
      ...[0x4c, 0x8b, 0x53, 32], // mov r10, [rbx+32]
      ...[0x4c, 0x8b, 0x43, 40], // mov r8, [rbx+40]
      ...[0x4d, 0x89, 0xc1], // mov r9, r8
      ...[0x0f, 0x05], // syscall
      ...[0x80, 0x7b, 56, 0], // cmp byte [rbx+56], 0
      ...[0x74, 6], // je store
      ...[0x48, 0x85, 0xc0], // test rax, rax
      ...[0x75, 1], // jne store
      0xf4, // hlt: the child of a fork dies of a fault
      ...[0x48, 0x89, 0x03], // store: mov [rbx], rax
      ...[0x48, 0x83, 0xc3, RECORD], // add rbx, 64
    ]
    const write = (length: number): number[] => [
      ...[0xb8, ...u32(1)], // mov eax, 1 (write)
      ...[0xbf, ...u32(1)], // mov edi, 1 (standard output)
      ...[0xbe, ...u32(table)], // mov esi, table
      ...[0xba, ...u32(length)], // mov edx, length
      ...[0x0f, 0x05], // syscall
    ]
    const compare = [0x48, 0x81, 0xfb, ...u32(table + size)] // cmp rbx, end
    return [
      ...[0xbb, ...u32(table)], // mov ebx, table
      ...compare,
      ...[0x73, loop.length + 2], // jae past the loop
      ...loop,
      ...[0xeb, 256 - (loop.length + 2 + 2 + compare.length)], // jmp compare
      ...write(size),
      ...[0x31, 0xe4], // xor esp, esp: rt_sigreturn finds no frame
      ...[0x31, 0xff], // xor edi, edi
      ...[0xb8, ...u32(last)], // mov eax, last
      ...[0x0f, 0x05], // syscall
      ...[0x48, 0x89, 0x04, 0x25, ...u32(table)], // mov [table], rax: still here, so it was refused
      ...write(8),
      ...[0xb8, ...u32(EXIT_GROUP)], // mov eax, exit_group
      ...[0x31, 0xff], // xor edi, edi
      ...[0x0f, 0x05], // syscall
      0xf4, // hlt: refused too
    ]
  }
  const length = code(0).length
  return Buffer.from(code(BASE + HEADERS + length))
}

const records = (numbers: readonly number[]): Buffer => {
  const buffer = Buffer.alloc(numbers.length * RECORD)
  for (const [index, number] of numbers.entries()) {
    const at = index * RECORD
    buffer.writeBigInt64LE(BigInt(number), at)
    for (let argument = 0; argument < 6; argument++) {
      buffer.writeBigInt64LE(ARGUMENTS[number]?.[argument] ?? INVALID, at + 8 + 8 * argument)
    }
    buffer.writeUInt8(FORKS.includes(number) ? 1 : 0, at + 56)
  }
  return buffer
}

/** The program as an executable file. */
export const probeProgram = ({ numbers, last }: Probe): Buffer => {
  const body = Buffer.concat([assemble(numbers.length, last), records(numbers)])
  const size = BigInt(HEADERS + body.length)
  const header = Buffer.alloc(HEADERS)
  Buffer.from([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]).copy(header) // ELF, 64-bit, little-endian
  header.writeUInt16LE(2, 16) // executable
  header.writeUInt16LE(62, 18) // x86-64
  header.writeUInt32LE(1, 20)
  header.writeBigUInt64LE(BigInt(BASE + HEADERS), 24) // entry
  header.writeBigUInt64LE(0x40n, 32) // program headers
  header.writeUInt16LE(0x40, 52)
  header.writeUInt16LE(0x38, 54)
  header.writeUInt16LE(1, 56)
  header.writeUInt32LE(1, 0x40) // load
  header.writeUInt32LE(7, 0x44) // readable, writable, executable
  header.writeBigUInt64LE(BigInt(BASE), 0x50)
  header.writeBigUInt64LE(BigInt(BASE), 0x58)
  header.writeBigUInt64LE(size, 0x60)
  header.writeBigUInt64LE(size, 0x68)
  header.writeBigUInt64LE(0x1000n, 0x70)
  return Buffer.concat([header, body])
}

/** Result per call, and whether the last one was refused; null where the program did not come to writing. */
export const readProbe = (
  { numbers }: Probe,
  output: Buffer,
): { readonly results: readonly bigint[]; readonly lastRefused: boolean } | null => {
  const size = numbers.length * RECORD
  if (output.length !== size && output.length !== size + 8) return null
  return {
    results: numbers.map((_, index) => output.readBigInt64LE(index * RECORD)),
    lastRefused: output.length > size,
  }
}
