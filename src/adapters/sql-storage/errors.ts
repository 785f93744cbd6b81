// What goes wrong with a store in a database, by closed codes.

import { membersOf } from '../../base/json.js'
import { reasonOf } from '../../base/reason.js'

/** Why a SQL store refused or failed. The list is closed; a switch over it is checked by the compiler. */
export type SqlStorageErrorCode =
  /** The server cannot be reached, or has gone; nothing was changed. */
  | 'unavailable'
  /** No connection of the pool became free in time. */
  | 'pool-exhausted'
  /** The server ended a statement that took longer than it may, or waited too long for a lock; nothing was changed. */
  | 'timeout'
  /** Others were in the way at every attempt; nothing was changed. */
  | 'contention'
  /** The connection was lost at a commit, and nobody could be asked in time whether it stands. */
  | 'unconfirmed'
  /** The server takes no changes: it is a standby, or set to read only. */
  | 'read-only'
  /** The role may not do this. */
  | 'permission-denied'
  /** The disk or the memory of the server is full. */
  | 'no-space'
  /** The store has not been made yet, or by an earlier version of this library: migrate it. */
  | 'not-migrated'
  /** Migrated by a later version of this library. */
  | 'newer-version'
  /** An encoding or a version of server this cannot work with. */
  | 'unsupported-database'
  /** A row is not what was written there. */
  | 'damaged'
  /** The key a private key is wrapped with is not known, or is not the one it was wrapped with. */
  | 'wrong-wrapping-key'
  /** The store was opened without a key to wrap private keys with. */
  | 'wrapping-key-missing'
  /** The store has been closed. */
  | 'closed'
  /** Anything else; `reason` has the server's code. */
  | 'failed'

/**
 * A failure of a SQL store. Its message names what was being done and what to do about it. What the driver said is left
 * out on purpose: it may quote rows, keys and the connection.
 */
export class SqlStorageError extends Error {
  override readonly name = 'SqlStorageError'
  constructor(
    readonly code: SqlStorageErrorCode,
    /** What was being done: `commit`, `query` … */
    readonly doing: string,
    message: string,
    /** The server's SQLSTATE, or the system's code: `40P01`, `ECONNREFUSED`. */
    readonly reason?: string,
  ) {
    super(`${doing}: ${message}${reason === undefined ? '' : ` (${reason})`}`)
  }
}

const messages: Readonly<Record<SqlStorageErrorCode, string>> = {
  unavailable: 'the database cannot be reached; nothing was changed: see that it runs, and try again',
  'pool-exhausted': 'no connection became free in time; nothing was changed: enlarge the pool, or do less at once',
  timeout: 'the database took longer than it may; nothing was changed: try again, or allow it more time',
  contention: 'others were in the way at every attempt; nothing was changed: try again',
  unconfirmed: 'the connection was lost at the commit; whether it stands shows when the store is read again',
  'read-only': 'the database takes no changes: connect to the primary server',
  'permission-denied': 'the role may not do this: see the roles in docs/operations.md',
  'no-space': 'the server has no space or memory left; nothing was changed: free some and try again',
  'not-migrated': "the schema is missing or older than this library: open the store once with migrations: 'apply'",
  'newer-version': 'the schema was made by a later version of this library: update the library',
  'unsupported-database': 'the database must be PostgreSQL 13 or later with the encoding UTF8',
  damaged: 'a row is not what was written there: restore it from a backup',
  'wrong-wrapping-key': 'the private key does not open with the wrapping key of its id',
  'wrapping-key-missing': 'private keys need a key to be wrapped with: open the store with keyWrapping',
  closed: 'the store has been closed',
  failed: 'the database refused it; nothing was changed',
}

/** The failure of a code, in its own words. */
export const failure = (code: SqlStorageErrorCode, doing: string, reason?: string): SqlStorageError =>
  new SqlStorageError(code, doing, messages[code], reason)

/** By SQLSTATE, the longest prefix first (PostgreSQL documentation, appendix A). */
const states: readonly (readonly [prefix: string, code: SqlStorageErrorCode])[] = [
  ['40001', 'contention'],
  ['40P01', 'contention'],
  ['57014', 'timeout'],
  ['55P03', 'timeout'],
  ['25P03', 'timeout'],
  ['25006', 'read-only'],
  ['42501', 'permission-denied'],
  ['28', 'permission-denied'],
  ['3F000', 'not-migrated'],
  ['42P01', 'not-migrated'],
  ['42703', 'not-migrated'],
  ['53300', 'unavailable'],
  ['53', 'no-space'],
  ['57P', 'unavailable'],
  ['08', 'unavailable'],
]

/** Words of drivers for what has no code. */
const words: readonly (readonly [pattern: RegExp, code: SqlStorageErrorCode])[] = [
  [/^timeout exceeded when trying to connect$/, 'pool-exhausted'],
  [/already been destroyed|after calling end|is closed$/i, 'closed'],
]

/** The SQLSTATE of a server's error. */
function stateOf(error: unknown): string | undefined {
  const code = codeOf(error)
  return code !== undefined && /^[0-9A-Z]{5}$/.test(code) && !/^E[A-Z]{4}$/.test(code) ? code : undefined
}

function codeOf(error: unknown): string | undefined {
  const { code } = membersOf(error)
  return typeof code === 'string' && /^\w{2,40}$/.test(code) ? code : undefined
}

/** Whether a key that must be new is there already. */
export const isTaken = (error: unknown, constraint: string): boolean =>
  stateOf(error) === '23505' && membersOf(error)['constraint'] === constraint

/**
 * Whether a statement that failed so may have been done. A server that answers has decided, but for those that say that they
 * are shutting down: they may say so while they wait for a standby that has the change already.
 */
export function mayHaveCommitted(error: unknown): boolean {
  const state = stateOf(error)
  return state === undefined || state.startsWith('08') || state.startsWith('57P')
}

/**
 * An error of the driver as one of ours. Errors of our own, and those of misuse, come back as they are.
 * What a driver throws without a code is a lost connection: servers never leave it out.
 */
export function asSqlStorageError(error: unknown, doing: string): Error {
  if (error instanceof SqlStorageError || error instanceof TypeError || error instanceof RangeError) return error
  const state = stateOf(error)
  if (state !== undefined) {
    return failure(states.find(([prefix]) => state.startsWith(prefix))?.[1] ?? 'failed', doing, state)
  }
  const reason = reasonOf(error)
  return failure(words.find(([pattern]) => pattern.test(reason))?.[1] ?? 'unavailable', doing, codeOf(error))
}
