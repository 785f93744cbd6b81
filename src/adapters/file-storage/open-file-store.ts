// Opens a store: a storage and a key store in one directory.

import type { KeyStore, Storage } from '../../inventory/index.js'
import { LEAST_ITERATIONS } from './encrypted-key.js'
import type { FileStoreError } from './errors.js'
import { FileKeyStore, type Passphrase } from './file-key-store.js'
import { createFileStorage } from './file-storage.js'
import { type FileSystem, nodeFileSystem } from './file-system.js'
import { Files } from './files.js'
import { type Processes, systemProcesses } from './holder.js'
import { DirectoryLock } from './lock.js'
import { StoreDirectory } from './store-directory.js'

/** How keys are kept: under a passphrase, or, said in so many words, as they are. */
export type KeyProtectionOptions =
  | { readonly passphrase: Passphrase; readonly keysUnencrypted?: never }
  | { readonly keysUnencrypted: 'accept'; readonly passphrase?: never }

/** How a store is opened. */
export type FileStoreOptions = KeyProtectionOptions & {
  /** Rounds of PBKDF2 for new keys, at least and by default 600,000. */
  readonly iterations?: number
  /** Milliseconds a commit waits for other processes. Default 10,000. */
  readonly lockTimeout?: number
  /**
   * Milliseconds after which a holder of the lock on another machine or in another container, of which nothing can be known,
   * counts as dead. Default: never; such a lock has to be removed by hand. Set it only where a process is never suspended
   * for so long. A holder on the same machine is asked, and never presumed dead.
   */
  readonly presumeDeadAfter?: number
}

/** An open store. */
export interface FileStore {
  readonly storage: Storage
  readonly keys: KeyStore
  /** What was found interrupted and brought to its end, in words; it grows while the store is open. */
  readonly repairs: readonly string[]
  /** What is damaged, foreign, or in the way of writing, as of the last time the whole store was read. */
  problems(): readonly FileStoreError[]
  /** Waits for what is under way, and puts the journal into the records' files. Nothing can be done afterwards. */
  close(): Promise<void>
}

/** What tests replace. */
export interface Surroundings {
  readonly system: FileSystem
  readonly processes: Processes
  /** Entries the journal grows to before they are settled. Default 64. */
  readonly journalEntries?: number
}

/**
 * Opens the store in a directory, which is made where it is missing. Certificates are there as PEM, records as JSON, keys as
 * encrypted PKCS#8, all readable by their owner only. Any number of processes may open it at once.
 *
 * A commit that has been acknowledged is on the medium: neither a crash nor a power failure undoes it, and one interrupted
 * is there whole or not at all. That a store opens does not mean that all of it is well: `problems` names what is damaged.
 * Reading a scope with damaged records is refused; everything else stays readable.
 *
 * @param directory its path; nothing else may be in it
 * @throws TypeError for options that make no sense
 * @throws FileStoreError `foreign-directory`, `newer-version`, `locked` and the like
 * @example
 * const { storage, keys, close } = await openFileStore('./certificates', { passphrase: () => readPassphrase() })
 */
export function openFileStore(directory: string, options: FileStoreOptions): Promise<FileStore> {
  return openIn({ system: nodeFileSystem, processes: systemProcesses() }, directory, options)
}

/** As {@link openFileStore}, in surroundings of the caller's making. */
export async function openIn(
  { system, processes, journalEntries }: Surroundings,
  directory: string,
  options: FileStoreOptions,
): Promise<FileStore> {
  const { passphrase, iterations = LEAST_ITERATIONS, lockTimeout = 10_000, presumeDeadAfter } = options
  if (directory === '') throw new TypeError('openFileStore: expected the path of a directory, found the empty text')
  // Callers without types may say neither, or a text: that would show at the first key only.
  const { keysUnencrypted }: { readonly keysUnencrypted?: unknown } = options
  if (passphrase === undefined ? keysUnencrypted !== 'accept' : typeof passphrase !== 'function') {
    throw new TypeError("openFileStore: expected passphrase as a function that tells it, or keysUnencrypted: 'accept'")
  }
  if (!Number.isSafeInteger(iterations) || iterations < LEAST_ITERATIONS) {
    throw new TypeError(`iterations: expected an integer from ${LEAST_ITERATIONS} on, found ${iterations}`)
  }
  const files = new Files(system, directory.replace(/(?<=.)[/\\]+$/, ''))
  const lock = new DirectoryLock(files, processes, { timeout: lockTimeout, presumeDeadAfter })
  const store = new StoreDirectory(files, lock, journalEntries)
  await store.open()
  return {
    storage: createFileStorage(store),
    keys: new FileKeyStore(store, { passphrase, iterations }),
    repairs: store.repairs,
    problems: () => store.problems,
    close: () => store.close(),
  }
}
