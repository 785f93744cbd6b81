// Files under one directory, written so that each is there whole or not at all. Paths are relative, with slashes.

import { randomUUID } from 'node:crypto'
import { asFileStoreError, FileStoreError, systemCode } from './errors.js'
import type { FileSystem, NewFile } from './file-system.js'

/** Calls of the file system under way at once, where there are many to make. */
const PARALLEL = 16

/** Where a file is written before it gets its name. Whoever holds the lock may remove all that is there. */
const TEMPORARY = 'tmp'

/** Written under a name of its own, to take the place of a file. */
export interface StagedFile {
  readonly relative: string
  /** For the file system. */
  readonly temporary: string
}

export class Files {
  private readonly session = randomUUID()
  private count = 0
  /** Directories that are ones. */
  private readonly directories = new Set<string>()

  constructor(
    readonly system: FileSystem,
    readonly root: string,
  ) {}

  /** A path for the file system and for messages. */
  path = (relative: string): string => (relative === '' ? this.root : `${this.root}/${relative}`)

  /** The content as text; undefined where there is no file. */
  async read(relative: string): Promise<string | undefined> {
    const path = this.path(relative)
    try {
      return new TextDecoder('utf-8', { ignoreBOM: true }).decode(await this.system.readFile(path))
    } catch (error) {
      if (systemCode(error) === 'ENOENT') return undefined
      throw asFileStoreError(error, path, 'reading it')
    }
  }

  /** Names in a directory; none where there is no directory. */
  async list(relative: string): Promise<readonly string[]> {
    const path = this.path(relative)
    try {
      return await this.system.readDirectory(path)
    } catch (error) {
      if (systemCode(error) === 'ENOENT') return []
      throw asFileStoreError(error, path, 'listing it')
    }
  }

  async kindOf(relative: string): Promise<'file' | 'directory' | 'other' | undefined> {
    return this.doing('looking for it', relative, async () => (await this.system.status(this.path(relative)))?.kind)
  }

  /** Writes a file in place of what is there, whole. */
  async replace(relative: string, text: string, medium: 'synced' | 'not synced'): Promise<void> {
    await this.put(await this.stage(relative, text, medium))
  }

  /** Writes what is to take a file's place. */
  async stage(relative: string, text: string, medium: 'synced' | 'not synced'): Promise<StagedFile> {
    const temporary = await this.doing('writing it', relative, () => this.writeTemporary(text, medium))
    return { relative, temporary }
  }

  /** Puts what was staged in the place of what is there; it is gone where that fails. */
  async put({ relative, temporary }: StagedFile): Promise<void> {
    await this.doing('writing it', relative, async () => {
      try {
        await this.within(parentOf(relative), () => this.system.rename(temporary, this.path(relative)))
      } catch (error) {
        await this.discard(temporary)
        throw error
      }
    })
  }

  /** Writes a file that is not there yet, whole and synced, its name too. False where there is one already. */
  async createOnce(relative: string, text: string): Promise<boolean> {
    return this.doing('creating it', relative, async () => {
      const temporary = await this.writeTemporary(text, 'synced')
      try {
        if (!(await this.linkOnce(temporary, this.path(relative)))) return false
      } finally {
        await this.discard(temporary)
      }
      try {
        await this.system.sync(this.path(parentOf(relative)))
      } catch (error) {
        await this.discard(this.path(relative))
        throw error
      }
      return true
    })
  }

  /** Gives a file a second name. False where the name is taken. */
  async linkOnce(from: string, to: string): Promise<boolean> {
    try {
      await this.system.link(from, to)
      return true
    } catch (error) {
      const code = systemCode(error)
      if (code === 'EEXIST') return false
      if (!['EPERM', 'ENOSYS', 'ENOTSUP', 'EOPNOTSUPP'].includes(code)) throw error
      const message =
        'its file system knows no hard links: put the store on one that does, such as ext4, xfs, APFS or NTFS'
      throw new FileStoreError('unsupported-file-system', this.root, message, { cause: error })
    }
  }

  /** Removes a file; one that is not there is removed already. */
  async remove(relative: string): Promise<void> {
    await this.doing('removing it', relative, async () => {
      try {
        await this.system.remove(this.path(relative))
      } catch (error) {
        if (systemCode(error) !== 'ENOENT') throw error
      }
    })
  }

  async sync(relative: string): Promise<void> {
    await this.doing('writing it to the medium', relative, () => this.system.sync(this.path(relative)))
  }

  /** Makes a directory and those above it where they are missing. @throws FileStoreError `unsafe-path` for a link among them */
  async requireDirectory(relative: string): Promise<void> {
    const parts = relative === '' ? [] : relative.split('/')
    for (let depth = 0; depth <= parts.length; depth++) {
      const directory = parts.slice(0, depth).join('/')
      await this.doing('making the directory', directory, async () => {
        let kind = await this.kindOf(directory)
        if (kind === undefined) {
          try {
            await this.system.makeDirectory(this.path(directory))
          } catch (error) {
            if (systemCode(error) !== 'EEXIST') throw error
          }
          kind = await this.kindOf(directory)
        }
        if (kind === 'directory') return
        const message = 'expected a directory, found a symbolic link or a file: put a real directory in its place'
        throw new FileStoreError('unsafe-path', this.path(directory), message)
      })
    }
  }

  /** Closes the directory where others may enter it. Returns whether they might. */
  async closeToOthers(): Promise<boolean> {
    return this.doing('closing it to others', '', async () => {
      const status = await this.system.status(this.root)
      // Windows has other ways, and no modes.
      if (status === undefined || (status.mode & 0o077) === 0 || process.platform === 'win32') return false
      await this.system.setMode(this.root, 0o700)
      return true
    })
  }

  /** Removes what a crash has left half written. To be called by the holder of the lock. */
  async removeTemporaries(): Promise<void> {
    for (const name of await this.list(TEMPORARY)) await this.remove(`${TEMPORARY}/${name}`)
  }

  /** Writes a new file under a path of its own, all of it. Leaves none behind where it fails. */
  async writeNew(path: string, text: string, medium: 'synced' | 'not synced'): Promise<void> {
    const file = await this.system.create(path)
    try {
      await this.fill(file, text, medium)
    } catch (error) {
      await this.discard(path)
      throw error
    }
  }

  /** Writes all of a file and closes it. */
  async fill(file: NewFile, text: string, medium: 'synced' | 'not synced'): Promise<void> {
    try {
      let rest: Uint8Array = new TextEncoder().encode(text)
      while (rest.length > 0) {
        const written = await file.write(rest)
        if (written === 0) throw Object.assign(new Error('nothing was written'), { code: 'EIO' })
        rest = rest.subarray(written)
      }
      if (medium === 'synced') await file.sync()
    } catch (error) {
      await file.close().catch(() => undefined)
      throw error
    }
    await file.close()
  }

  /** Removes a file nobody needs; what cannot be removed now is removed when the lock is next recovered. */
  async discard(path: string): Promise<void> {
    await this.system.remove(path).catch(() => undefined)
  }

  private async writeTemporary(text: string, medium: 'synced' | 'not synced'): Promise<string> {
    const path = this.path(`${TEMPORARY}/${this.session}.${this.count++}`)
    await this.within(TEMPORARY, () => this.writeNew(path, text, medium))
    return path
  }

  /** Does what needs a directory. One that was there is looked at again only once something is missing. */
  private async within<T>(directory: string, work: () => Promise<T>): Promise<T> {
    if (this.directories.has(directory)) {
      try {
        return await work()
      } catch (error) {
        if (systemCode(error) !== 'ENOENT') throw error
      }
    }
    await this.requireDirectory(directory)
    this.directories.add(directory)
    return work()
  }

  private async doing<T>(what: string, relative: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work()
    } catch (error) {
      throw asFileStoreError(error, this.path(relative), what)
    }
  }
}

export const parentOf = (relative: string): string => relative.slice(0, Math.max(0, relative.lastIndexOf('/')))

/** Runs `work` on every item, several at once. Where one fails, it waits for those under way, so that none works on. */
export async function forEach<T>(items: Iterable<T>, work: (item: T) => Promise<void>): Promise<void> {
  const rest = items[Symbol.iterator]()
  const failures: unknown[] = []
  const run = async (): Promise<void> => {
    for (let next = rest.next(); next.done !== true && failures.length === 0; next = rest.next()) {
      try {
        await work(next.value)
      } catch (error) {
        failures.push(error)
      }
    }
  }
  await Promise.all(Array.from({ length: PARALLEL }, run))
  if (failures.length > 0) throw failures[0]
}
