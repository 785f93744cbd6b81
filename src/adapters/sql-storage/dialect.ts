// How the store reaches its engine: any PostgreSQL dialect of Kysely, and two ready ones.

import { createHash } from 'node:crypto'
import {
  type CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  PostgresAdapter,
  PostgresDialect,
  PostgresIntrospector,
  type PostgresPool,
  PostgresQueryCompiler,
  type QueryResult,
  sql,
} from 'kysely'

/** A `Dialect` of Kysely for PostgreSQL, without its types: declarations of this package need no other. */
export interface SqlDialect {
  createDriver(): object
  createQueryCompiler(): object
  createAdapter(): object
  createIntrospector(database: never): object
}

/** The part of a `Pool` of `pg` used here. */
export interface PgPool {
  on(event: 'error' | 'connect', listener: (subject: PgEvents) => void): unknown
  connect(): Promise<PgPoolClient>
  end(): Promise<void>
  readonly totalCount: number
  readonly idleCount: number
  readonly waitingCount: number
}

/** The part of a pool's client used here. */
export interface PgPoolClient {
  query(query: { readonly text: string; readonly values: unknown[]; readonly name?: string }): Promise<unknown>
  release(): void
}

/** Something that tells of its errors. */
export interface PgEvents {
  on?(event: 'error', listener: () => void): unknown
}

/**
 * The dialect over a pool of `pg`. A connection lost while nothing is asked of it would end the process, since nobody
 * listens; here it is noticed by whoever asks next. Closing the store ends the pool.
 *
 * Set `connectionTimeoutMillis` of the pool, `statement_timeout` and `query_timeout`: without them a call may wait forever.
 * @param statements `unprepared` for poolers between here and the server that know no prepared statements, such as PgBouncer
 * before 1.21 in transaction mode. Default `prepared`: a commit takes a quarter less time
 * @example
 * const pool = new Pool({ connectionString, max: 10, connectionTimeoutMillis: 5_000, statement_timeout: 10_000 })
 * const store = await openSqlStore({ dialect: postgresDialect(pool), pool })
 */
export function postgresDialect(pool: PgPool, statements: 'prepared' | 'unprepared' = 'prepared'): SqlDialect {
  const ignore = (): void => undefined
  pool.on('error', ignore)
  pool.on('connect', (client) => client.on?.('error', ignore))
  return new PostgresDialect({ pool: namingPool(pool, statements === 'prepared') as PostgresPool })
}

/**
 * What a statement begins with whose plan serves whatever its parameters are: those that find rows by their keys. Pages are
 * planned each time, since what is best depends on what is looked for.
 */
export const KEEP_PLAN = sql.raw('/* keep the plan */ ')
const KEPT = /^\s*\/\* keep the plan \*\//

/** A connection holds a plan for each name; changes of odd shapes have to do without. */
const MOST_NAMES = 200

/** The pool, its clients giving names to the statements whose plans they keep. */
function namingPool(pool: PgPool, isNaming: boolean): { connect(): Promise<unknown>; end(): Promise<void> } {
  const names = new Map<string, string>()
  const nameOf = (text: string): string | undefined => {
    const known = names.get(text)
    if (known !== undefined || !isNaming || names.size >= MOST_NAMES || !KEPT.test(text)) return known
    const name = `certward ${createHash('sha256').update(text).digest('base64url')}`
    names.set(text, name)
    return name
  }
  // Kysely knows a connection by its client: each has one wrapper for as long as it lives.
  const wrappers = new WeakMap<PgPoolClient, object>()
  const wrap = (client: PgPoolClient): object => {
    const query = (text: string, values: unknown[]): Promise<unknown> => {
      const name = nameOf(text)
      return client.query({ text, values, ...(name !== undefined && { name }) })
    }
    return { query, release: () => client.release() }
  }
  return {
    async connect() {
      const client = await pool.connect()
      const wrapper = wrappers.get(client) ?? wrap(client)
      wrappers.set(client, wrapper)
      return wrapper
    },
    end: () => pool.end(),
  }
}

/** The part of a `PGlite` used here. */
export interface PgliteDatabase {
  query(text: string, parameters?: unknown[]): Promise<{ readonly rows: readonly unknown[] }>
  transaction<T>(work: (transaction: PgliteTransaction) => Promise<T>): Promise<T>
  listen(channel: string, callback: (payload: string) => void): Promise<() => Promise<void>>
  close(): Promise<void>
}

/** The part of a transaction of PGlite used here. */
export interface PgliteTransaction {
  query(text: string, parameters?: unknown[]): Promise<{ readonly rows: readonly unknown[] }>
  rollback(): Promise<void>
}

/**
 * The dialect over PGlite, PostgreSQL within the process: in memory, in a directory, in a browser. It does one thing at
 * a time. Closing the store closes it.
 * @example
 * const store = await openSqlStore({ dialect: pgliteDialect(new PGlite('./certificates-db')) })
 */
export function pgliteDialect(database: PgliteDatabase): SqlDialect {
  const dialect: Dialect = {
    createDriver: () => new PgliteDriver(database),
    createQueryCompiler: () => new PostgresQueryCompiler(),
    createAdapter: () => new PostgresAdapter(),
    createIntrospector: (kysely) => new PostgresIntrospector(kysely),
  }
  return dialect
}

class PgliteDriver implements Driver {
  constructor(private readonly database: PgliteDatabase) {}

  async init(): Promise<void> {
    await this.database.query('select 1')
  }

  acquireConnection(): Promise<DatabaseConnection> {
    return Promise.resolve(new PgliteConnection(this.database))
  }

  beginTransaction(connection: DatabaseConnection): Promise<void> {
    return asPglite(connection).begin()
  }

  commitTransaction(connection: DatabaseConnection): Promise<void> {
    return asPglite(connection).end('commit')
  }

  rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    return asPglite(connection).end('rollback')
  }

  releaseConnection(): Promise<void> {
    return Promise.resolve()
  }

  destroy(): Promise<void> {
    return this.database.close()
  }
}

function asPglite(connection: DatabaseConnection): PgliteConnection {
  if (connection instanceof PgliteConnection) return connection
  throw new TypeError('expected a connection of this driver')
}

/** PGlite keeps others out of a transaction for as long as the callback it was given runs: this one runs until the end. */
class PgliteConnection implements DatabaseConnection {
  private transaction: PgliteTransaction | undefined
  private finish: ((how: 'commit' | 'rollback') => void) | undefined
  private done: Promise<void> | undefined

  constructor(private readonly database: PgliteDatabase) {}

  async executeQuery<R>({ sql, parameters }: CompiledQuery): Promise<QueryResult<R>> {
    const { rows } = await (this.transaction ?? this.database).query(sql, [...parameters])
    return { rows: rows as R[] }
  }

  begin(): Promise<void> {
    return new Promise((started, failed) => {
      this.done = this.database.transaction(async (transaction) => {
        const how = new Promise<'commit' | 'rollback'>((resolve) => (this.finish = resolve))
        this.transaction = transaction
        started()
        if ((await how) === 'rollback') await transaction.rollback()
      })
      this.done.catch(failed)
    })
  }

  async end(how: 'commit' | 'rollback'): Promise<void> {
    this.transaction = undefined
    this.finish?.(how)
    await this.done
  }

  // eslint-disable-next-line require-yield -- a stream is asked for, and there is none
  async *streamQuery<R>(): AsyncIterableIterator<QueryResult<R>> {
    throw new TypeError(await Promise.resolve('PGlite streams no results'))
  }
}
