// The few operations a store asks of a file system: an interface, so that tests can let any of them fail, and lose what was
// not yet on the medium.

import { constants } from 'node:fs'
import { chmod, link, lstat, mkdir, open, readdir, rename, unlink } from 'node:fs/promises'
import { systemCode } from './errors.js'

/** A file being written. */
export interface NewFile {
  /** Bytes written, which may be fewer than asked. */
  write(bytes: Uint8Array): Promise<number>
  /** Resolves once what was written is on the medium. */
  sync(): Promise<void>
  close(): Promise<void>
}

export interface FileStatus {
  readonly kind: 'file' | 'directory' | 'other'
  /** Permission bits. */
  readonly mode: number
}

/** Fails with Node's system errors: `code` is `ENOENT`, `EEXIST` … */
export interface FileSystem {
  /** A regular file's content; a symbolic link is not followed. */
  readFile(path: string): Promise<Uint8Array>
  /** Names, in no particular order. */
  readDirectory(path: string): Promise<readonly string[]>
  /** Of the path itself, a symbolic link not followed; undefined where there is nothing. */
  status(path: string): Promise<FileStatus | undefined>
  /** Makes a file for writing, mode 0600. Fails where there is one. */
  create(path: string): Promise<NewFile>
  /** Resolves once the file's content, or the directory's names, are on the medium. */
  sync(path: string): Promise<void>
  /** Mode 0700. Fails where there is one. */
  makeDirectory(path: string): Promise<void>
  /** A second name for a file. Fails where the name is taken. */
  link(from: string, to: string): Promise<void>
  /** A new name, taking the place of what has it. */
  rename(from: string, to: string): Promise<void>
  /** Removes a file's name. */
  remove(path: string): Promise<void>
  setMode(path: string, mode: number): Promise<void>
}

// Windows knows neither of the flags, nor how to sync a directory.
const { O_RDONLY, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants as Partial<typeof constants> & { O_RDONLY: number }
const isWindows = process.platform === 'win32'

/** The machine's. */
export const nodeFileSystem: FileSystem = {
  async readFile(path) {
    // Opening a pipe that somebody put there must not wait for its other end.
    const file = await open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK)
    try {
      const status = await file.stat()
      if (!status.isFile()) throw Object.assign(new Error(`${path} is no regular file`), { code: 'ELOOP' })
      return await file.readFile()
    } finally {
      await file.close()
    }
  },
  readDirectory: (path) => readdir(path),
  async status(path) {
    try {
      const status = await lstat(path)
      const kind = status.isFile() ? 'file' : status.isDirectory() ? 'directory' : 'other'
      return { kind, mode: status.mode & 0o777 }
    } catch (error) {
      if (systemCode(error) === 'ENOENT') return undefined
      throw error
    }
  },
  async create(path) {
    const file = await open(path, 'wx', 0o600)
    return {
      write: async (bytes) => (await file.write(bytes)).bytesWritten,
      sync: () => file.sync(),
      close: () => file.close(),
    }
  },
  async sync(path) {
    const file = await open(path, 'r')
    try {
      await file.sync()
    } catch (error) {
      if (!isWindows) throw error
    } finally {
      await file.close()
    }
  },
  makeDirectory: (path) => mkdir(path, { mode: 0o700 }),
  link: (from, to) => link(from, to),
  rename: (from, to) => rename(from, to),
  remove: (path) => unlink(path),
  setMode: (path, mode) => chmod(path, mode),
}
