// The database as the store uses it: statements and transactions, tried again where that is safe, failures by their codes.

import { type Dialect, Kysely, type RawBuilder, sql } from 'kysely'
import type { SqlDialect } from './dialect.js'
import { asSqlStorageError, failure, SqlStorageError } from './errors.js'
import type { Tables } from './names.js'

/** What has happened since the store was opened. */
export interface Counters {
  commits: number
  conflicts: number
  /** Attempts given up to a deadlock or a serialization failure, and made again. */
  contentions: number
  /** Attempts that found no server, and were made again. */
  reconnections: number
  /** Commits whose connection was lost, and that were then found to stand or not to. */
  resolved: number
  failures: number
}

/** Milliseconds before the second attempt; each further one waits twice as long, up to `MOST_WAIT`, less a random part. */
const FIRST_WAIT = 10
const MOST_WAIT = 1_000

/** What runs a statement: the pool, or a transaction. */
export type Runner = Kysely<unknown>

export class Database {
  readonly counters: Counters = {
    ...{ commits: 0, conflicts: 0, contentions: 0, reconnections: 0, resolved: 0, failures: 0 },
  }
  private readonly pool: Runner
  private isClosed = false

  /** @param patience milliseconds to go on trying where the server is away or others are in the way */
  constructor(
    dialect: SqlDialect,
    readonly tables: Tables,
    private readonly patience: number,
  ) {
    this.pool = new Kysely({ dialect: dialect as Dialect })
  }

  /** Rows of a statement that may be run again: one that reads, or that comes to the same when it is run twice. */
  rows<T>(doing: string, statement: RawBuilder<T>): Promise<readonly T[]> {
    return this.again(doing, async () => (await statement.execute(this.pool)).rows)
  }

  /** The first row of a statement, run once. Rejects with what the driver says. */
  async once<T>(statement: RawBuilder<T>): Promise<T | undefined> {
    return (await statement.execute(this.pool)).rows[0]
  }

  /** Runs a transaction, again where it was rolled back or nobody knows: one that comes to the same when it is run twice. */
  transaction<T>(doing: string, work: (runner: Runner) => Promise<T>): Promise<T> {
    return this.again(doing, async () => {
      const transaction = await this.pool.startTransaction().execute()
      try {
        const value = await work(transaction)
        await transaction.commit().execute()
        return value
      } catch (error) {
        // Gives the connection back, too. It fails where there is none any more.
        await transaction
          .rollback()
          .execute()
          .catch(() => undefined)
        throw error
      }
    })
  }

  /** Tries until it succeeds, fails for good, or patience ends. */
  async again<T>(doing: string, attempt: () => Promise<T>, patience = this.patience): Promise<T> {
    const start = performance.now()
    for (let wait = FIRST_WAIT; ; wait = Math.min(2 * wait, MOST_WAIT)) {
      if (this.isClosed) throw failure('closed', doing)
      try {
        return await attempt()
      } catch (thrown) {
        const error = asSqlStorageError(thrown, doing)
        const isOver = performance.now() - start + wait > patience
        if (!(error instanceof SqlStorageError) || isOver || !this.isPassing(error)) {
          this.counters.failures++
          throw error
        }
      }
      await sleep(wait * (0.5 + Math.random() / 2))
    }
  }

  /** Asked once. */
  async isReadOnly(): Promise<boolean> {
    const { rows } = await sql<{ value: string }>`select current_setting('transaction_read_only') as value`.execute(
      this.pool,
    )
    return rows[0]?.value !== 'off'
  }

  private isPassing({ code }: SqlStorageError): boolean {
    if (code === 'contention') this.counters.contentions++
    else if (code === 'unavailable') this.counters.reconnections++
    else return false
    return true
  }

  async close(): Promise<void> {
    this.isClosed = true
    await this.pool.destroy()
  }
}

export const sleep = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, milliseconds)
  })
