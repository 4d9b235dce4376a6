/** The few things that a log asks of a file system; tests hand in ones that fail. All are durable only once synced. */
import { constants, type FileHandle, mkdir, open, readdir, readFile } from 'node:fs/promises'

export interface LogFile {
  write(bytes: Uint8Array, position: number): Promise<void>
  /** Contents, and the length, are on the disk. */
  sync(): Promise<void>
  truncate(length: number): Promise<void>
  close(): Promise<void>
}

export interface Disk {
  makeFolder(path: string): Promise<void>
  list(folder: string): Promise<readonly string[]>
  read(path: string): Promise<Buffer>
  /** Made where it is not there. */
  open(path: string): Promise<LogFile>
  /** The names in the folder are on the disk. */
  syncFolder(path: string): Promise<void>
}

/** A full disk writes a part and then fails: a write that is short is tried on until it is whole or refused. */
const writeAll = async (handle: FileHandle, bytes: Uint8Array, position: number): Promise<void> => {
  let written = 0
  while (written < bytes.length) {
    const { bytesWritten } = await handle.write(bytes, written, bytes.length - written, position + written)
    if (bytesWritten === 0) throw Object.assign(new Error('nothing was written'), { code: 'ENOSPC' })
    written += bytesWritten
  }
}

/** Readable by their owner only: they hold who did what. */
export const REAL_DISK: Disk = {
  makeFolder: async path => {
    await mkdir(path, { recursive: true, mode: 0o700 })
  },
  list: path => readdir(path),
  read: path => readFile(path),
  open: async path => {
    // A link could lead out of the folder.
    const handle = await open(path, constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW, 0o600)
    return {
      write: (bytes, position) => writeAll(handle, bytes, position),
      sync: () => handle.datasync(),
      truncate: length => handle.truncate(length),
      close: () => handle.close(),
    }
  },
  syncFolder: async path => {
    const handle = await open(path, 'r')
    try {
      await handle.sync()
    } finally {
      await handle.close()
    }
  },
}
