// What goes wrong with a store on disk, by closed codes.

import { membersOf } from '../../base/json.js'

/** Why a file store refused or failed. The list is closed; a switch over it is checked by the compiler. */
export type FileStoreErrorCode =
  /** Another process has held the lock for as long as we wait. */
  | 'locked'
  /** The medium or the quota is full. */
  | 'no-space'
  | 'read-only'
  | 'permission-denied'
  /** The medium failed. */
  | 'io'
  /** The medium failed twice in one commit: whether the change stands shows when the store is read again. */
  | 'unconfirmed'
  /** A file is not what was written there. */
  | 'damaged'
  /** A file that no file store writes stands where only its own belong. */
  | 'foreign-file'
  /** The directory holds something else. */
  | 'foreign-directory'
  /** Written by a later version of this library. */
  | 'newer-version'
  /** A symbolic link, or something else that could lead out of the directory. */
  | 'unsafe-path'
  /** No hard links, without which no file can be made once and only once. */
  | 'unsupported-file-system'
  | 'wrong-passphrase'
  /** A key is encrypted, or is to be, and no passphrase was given. */
  | 'passphrase-missing'
  /** The store has been closed. */
  | 'closed'

/** A failure of a file store: its code, the file or directory meant, and in the message what to do about it. */
export class FileStoreError extends Error {
  override readonly name = 'FileStoreError'
  constructor(
    readonly code: FileStoreErrorCode,
    /** The file or directory, as the caller named the store's. */
    readonly path: string,
    message: string,
    options?: ErrorOptions,
  ) {
    super(`${path}: ${message}`, options)
  }
}

/** The `code` of an error of Node: `ENOENT`. By its shape, since in sandboxes Node's errors are of another realm. */
export function systemCode(error: unknown): string {
  const { code } = membersOf(error)
  return typeof code === 'string' ? code : ''
}

interface Meaning {
  readonly code: FileStoreErrorCode
  readonly message: string
}

const full: Meaning = {
  code: 'no-space',
  message: 'there is no space left; nothing was changed: free some and try again',
}
const denied: Meaning = { code: 'permission-denied', message: 'access is denied: check who owns it, and its mode' }
const linked: Meaning = {
  code: 'unsafe-path',
  message: 'it is a symbolic link or no directory: put the real one in its place',
}

const meanings: Readonly<Record<string, Meaning>> = {
  ENOSPC: full,
  EDQUOT: full,
  EROFS: { code: 'read-only', message: 'the file system is mounted read-only' },
  EACCES: denied,
  EPERM: denied,
  ELOOP: linked,
  ENOTDIR: linked,
}

/** The error as one of ours. */
export function asFileStoreError(error: unknown, path: string, doing: string): FileStoreError {
  if (error instanceof FileStoreError) return error
  const code = systemCode(error)
  const known = Object.hasOwn(meanings, code) ? meanings[code] : undefined
  const { code: ours, message } = known ?? { code: 'io', message: `the medium failed (${code || String(error)})` }
  return new FileStoreError(ours, path, `${doing}: ${message}`, { cause: error })
}
